import ControlAPI
import ControlPlane
import Testing

@Suite("KubernetesReader")
struct KubernetesReaderTests {
    /// What is refused in `texts`, each as `PATH:LINE MESSAGE`.
    static func faults(_ texts: String..., namespaceLabel: String? = nil) -> [String] {
        do {
            _ = try PolicyTranslationTests.translate(texts, namespaceLabel)
            return []
        } catch let problem as Problem {
            guard let errors = problem.errors else { return [problem.detail] }
            return errors.map { "\($0.path):\($0.line) \($0.message)" }
        } catch {
            return ["\(error)"]
        }
    }

    /// What is refused in one NetworkPolicy with this spec, whose first line is line 7.
    static func specFaults(_ spec: String, namespaceLabel: String? = nil) -> [String] {
        faults(PolicyTranslationTests.manifest(spec), namespaceLabel: namespaceLabel)
    }

    @Test(
        "each part that has no meaning here is refused by name, at its line",
        arguments: [
            ("  ports: []", 7, "`podSelector` is missing"),
            ("  podSelector:", 7, "`podSelector` is missing"),
            ("  podSelector: web", 7, "expected a label selector"),
            ("  podSelector: {}\n  policyTypes: [Both]", 8, "`Both` is not a policy type"),
            ("  podSelector: {}\n  endpoints: []", 8, "the field `endpoints` cannot"),
            ("  podSelector: {}\n  endpoints:\n  - a", 8, "the field `endpoints` cannot"),
            (
                "  podSelector: {}\n  ingress:\n  - ports:\n    - port: http", 10,
                "named port `http`"
            ),
            ("  podSelector: {}\n  ingress:\n  - ports:\n    - port: '80'", 10, "named port `80`"),
            ("  podSelector: {}\n  ingress:\n  - ports:\n    - port: 65536", 10, "not a port"),
            ("  podSelector: {}\n  ingress:\n  - ports:\n    - port: 0", 10, "`0` is not a port"),
            ("  podSelector: {}\n  ingress:\n  - ports:\n    - endPort: 9", 10, "needs a `port`"),
            (
                "  podSelector: {}\n  ingress:\n  - ports:\n    - {port: 9, endPort: 8}", 10,
                "`endPort` 8 is below `port` 9"
            ),
            ("  podSelector: {}\n  ingress:\n  - ports: [{protocol: ICMP}]", 9, "`protocol: ICMP`"),
            ("  podSelector: {}\n  ingress:\n  - from: [{}]", 9, "the peer selects nothing"),
            ("  podSelector: {}\n  ingress:\n  - to: []", 9, "the field `to` cannot"),
            (
                "  podSelector: {}\n  ingress:\n  - from:\n    - ipBlock: {cidr: 10.0.0.0/8}\n"
                    + "      podSelector: {}", 10, "`ipBlock` stands alone"
            ),
            ("  podSelector: {}\n  egress:\n  - to: [{ipBlock: {cidr: x}}]", 9, "`x` is not an"),
            ("  podSelector: {}\n  egress:\n  - to: [{ipBlock: {}}]", 9, "`cidr` is missing"),
            (
                "  podSelector: {}\n  egress:\n  - to: [{ipBlock: {cidr: 10.0.0.0/8, except: "
                    + "[11.0.0.0/16]}}]", 9, "`11.0.0.0/16` does not lie within"
            ),
            (
                "  podSelector: {}\n  egress:\n  - to: [{namespaceSelector: {}}]", 9,
                "`namespaceSelector` of p cannot be translated"
            ),
            ("  podSelector: {matchLabels: {app: ''}}", 7, "the value `` of the label `app`"),
            ("  podSelector: {matchLabels: {app: yes}}", 7, "`yes` without quotes is a boolean"),
            ("  podSelector: {matchLabels: {has: x}}", 7, "the label `has` cannot stand"),
            ("  podSelector: {matchLabels: {a: \"x\\ny\"}}", 7, "cannot stand in a policy"),
            (
                "  podSelector: {matchExpressions: [{key: a, operator: Gt, values: [x]}]}", 7,
                "`Gt` is not an operator"
            ),
            ("  podSelector: {matchExpressions: [{key: a, operator: In}]}", 7, "needs values"),
            (
                "  podSelector: {matchExpressions: [{key: a, operator: Exists, values: [x]}]}", 7,
                "takes no values"
            ),
        ])
    func refusesByName(spec: String, line: Int, message: String) {
        let faults = Self.specFaults(spec)
        let isTold = faults.contains { $0.hasPrefix("0.yaml:\(line) ") && $0.contains(message) }
        #expect(isTold, "\(faults)")
    }

    @Test(
        "with a label for namespaces, only what asks for more than their name is refused",
        arguments: [
            ("matchLabels: {team: x}", "by the label `team`"),
            (
                "matchExpressions: [{key: kubernetes.io/metadata.name, operator: DoesNotExist}]",
                "every namespace has"
            ),
            ("matchLabels: {kubernetes.io/metadata.name: x}", nil), ("", nil),
        ])
    func namespaces(selector: String, message: String?) {
        let faults = Self.specFaults(
            "  podSelector: {}\n  ingress: [{from: [{namespaceSelector: {\(selector)}}]}]",
            namespaceLabel: "ns")
        #expect(faults.isEmpty == (message == nil), "\(faults)")
        if let message { #expect(faults.first?.contains(message) == true, "\(faults)") }
    }

    @Test("a pod's label may not be the one that tells namespaces apart")
    func refusesMixedLabels() {
        let faults = Self.specFaults("  podSelector: {matchLabels: {ns: x}}", namespaceLabel: "ns")
        #expect(faults.first?.contains("tells namespaces apart") == true, "\(faults)")
    }

    @Test(
        "what is no NetworkPolicy is refused by its kind and version",
        arguments: [
            (
                "kind: Deployment\napiVersion: apps/v1\n",
                "`kind: Deployment` is not a NetworkPolicy"
            ),
            ("apiVersion: v1\n", "`kind: ` is not a NetworkPolicy"),
            ("kind: NetworkPolicy\napiVersion: extensions/v1beta1\n", "`apiVersion: extensions/"),
            ("kind: NetworkPolicy\n", "`apiVersion: ` is not read"),
            ("- a\n", "expected a manifest"),
            ("kind: List\nitems: x\n", "expected a list of items"), ("", "no NetworkPolicy in"),
            ("---\n---\n", "no NetworkPolicy in"), ("a: [\n", "this is not YAML"),
            ("a: 1\na: 2\n", "the key `a` stands twice"), ("a: &x 1\nb: *x\n", "anchors (`&`)"),
            (
                "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nspec: {}\n",
                "`metadata` is missing"
            ),
            (
                "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: a b}\n",
                "`a b` cannot be the name"
            ),
        ])
    func refusesOthers(text: String, message: String) {
        let faults = Self.faults(text)
        #expect(faults.contains { $0.contains(message) }, "\(faults)")
    }

    @Test("what a manifest says of itself is refused where it says it")
    func refusesAtTheKind() {
        let texts = [
            "# x\napiVersion: v1\nkind: Service\n", "\nkind: NetworkPolicy\napiVersion: v1\n",
        ]
        #expect(texts.map { Self.faults($0).first?.prefix(8) } == ["0.yaml:3", "0.yaml:3"])
    }

    @Test("what kubectl writes is read: annotations, status, null fields, lists without kinds")
    func readsWhatKubectlWrites() throws {
        let item = """
            metadata:
              annotations:
                kubectl.kubernetes.io/last-applied-configuration: |
                  {"kind":"NetworkPolicy","spec":{"podSelector":{}}} & more "quotes
                url: https://example.org/?a=1&b=2
              creationTimestamp: "2026-01-01T00:00:00Z"
              name: web
              namespace: shop
              uid: 7f9c
            spec:
              podSelector:
                matchLabels:
                  app: web
              ingress:
              - from: null
                ports:
                - port: 80
                  protocol: TCP
              egress: null
            status: {}
            """
        let lines = item.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
        let list = """
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicyList
            metadata: {resourceVersion: ""}
            items:
            -\(lines.dropFirst())
            """
        let text = try PolicyTranslationTests.translate([list])
        #expect(text.contains("allow any -> label app=web on tcp/80 as web.in1\n"), "\(text)")
        #expect(!text.contains("restricted-egress"))
    }

    @Test("rules of a direction that policyTypes leaves out have no effect, which is told")
    func remarks() throws {
        let text = PolicyTranslationTests.manifest(
            "  podSelector: {}\n  policyTypes: [Egress]\n  ingress: [{}]")
        let request = PolicyImportRequest(files: [PolicyFileText(path: "a.yaml", text: text)])
        let reply = try PolicyTranslation.reply(to: request)
        #expect(reply.policies == 1 && reply.notes.map(\.line) == [9])
        #expect(reply.notes.first?.message.contains("`ingress` has no effect") == true)
        #expect(!reply.text.contains("restricted-ingress"))
    }
}
