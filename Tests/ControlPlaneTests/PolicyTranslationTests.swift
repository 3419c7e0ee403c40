import ControlAPI
import ControlPlane
import Packet
import PolicyEngine
import Testing

@Suite("PolicyTranslation")
struct PolicyTranslationTests {
    @Test("random NetworkPolicies mean after translation what Kubernetes says they mean")
    func agreesWithModel() throws {
        let first: UInt64 = 20_260_000
        for seed in first..<first + 400 {
            var random = RandomCluster(seed: seed)
            let cluster = random.next()
            let manifest = KubernetesManifest(isFlow: seed % 2 == 0)
            let text = try Self.translate(
                [manifest.file(cluster.policies, asList: seed % 3 == 0)], cluster.namespaceLabel)
            let differences = try Self.differences(cluster, text)
            #expect(
                differences.isEmpty,
                "seed \(seed): \(differences.prefix(3))\n\(text)\n\(cluster.policies)")
            if !differences.isEmpty { return }
        }
    }

    static func translate(
        _ texts: [String], _ namespaceLabel: String? = nil
    ) throws -> String {
        let files = texts.enumerated().map { PolicyFileText(path: "\($0).yaml", text: $1) }
        let request = PolicyImportRequest(files: files, namespaceLabel: namespaceLabel)
        return try PolicyTranslation.reply(to: request).text
    }

    /// Where the compiled text and the model differ, at either end of every possible connection.
    private static func differences(_ cluster: ModelCluster, _ text: String) throws -> [String] {
        let file = try PolicyParser.parse(PolicySource(path: "k.yaml", text: text))
        let compiled = try PolicyCompiler.compile(
            [file], universe(cluster), today: PolicyDay(number: 0))
        var differences: [String] = []
        for sender in cluster.ends {
            for receiver in cluster.ends
            where sender.address.bits.count == receiver.address.bits.count
                && (sender.vm == nil || sender.vm != receiver.vm)
            {
                for service in RandomCluster.services {
                    let expected = cluster.allows(sender, receiver, service)
                    let answers = try answers(compiled, cluster, (sender, receiver), service)
                    guard answers.contains(where: { $0 != expected }) else { continue }
                    differences.append(
                        "\(sender) -> \(receiver) on \(service): \(answers), not \(expected)")
                }
            }
        }
        return differences
    }

    /// What the ends that are pods decide.
    private static func answers(
        _ compiled: CompiledPolicy, _ cluster: ModelCluster,
        _ ends: (sender: ModelEnd, receiver: ModelEnd), _ service: ModelService
    ) throws -> [Bool] {
        let numbers: [String: IPProtocol] = [
            "TCP": .tcp, "UDP": .udp, "SCTP": .sctp, "ICMP": .icmp,
            "GRE": IPProtocol(rawValue: 47),
        ]
        let ipProtocol = try #require(numbers[service.name])
        let key = ServiceKey(ipProtocol, UInt16(service.port))
        var answers: [Bool] = []
        for (direction, own, peer) in [
            (TrafficDirection.egress, ends.sender, ends.receiver),
            (.ingress, ends.receiver, ends.sender),
        ] where cluster.isPod(own) {
            let number = try #require(UInt16(own.vm?.dropFirst(2) ?? ""))
            let question = PolicyQuestion(
                own: try #require(IPAddress(own.address.text)),
                peer: try #require(IPAddress(peer.address.text)), service: key)
            let verdict = compiled.table.classify(
                port: PortNumber(rawValue: number), direction, question)
            answers.append(verdict.action == .allow)
        }
        return answers
    }

    private static func universe(_ cluster: ModelCluster) throws -> PolicyUniverse {
        var endpoints: [String: PolicyEndpoint] = [:]
        for end in cluster.ends {
            guard let vm = end.vm, let number = UInt16(vm.dropFirst(2)) else { continue }
            var endpoint =
                endpoints[vm]
                ?? PolicyEndpoint(
                    vm: vm, labels: end.labels, network: VNI(rawValue: 1)!,
                    mac: MACAddress(rawValue: 0x5254_0000_0000 + UInt64(number)))
            endpoint.addresses.append(try #require(IPAddress(end.address.text)))
            endpoint.port = PortNumber(rawValue: number)
            endpoints[vm] = endpoint
        }
        return PolicyUniverse(endpoints: endpoints.values.sorted { $0.vm < $1.vm })
    }

    /// A NetworkPolicy with this `spec`, indented by two columns.
    static func manifest(_ spec: String, name: String = "p", namespace: String = "n") -> String {
        """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata:
          name: \(name)
          namespace: \(namespace)
        spec:
        \(spec)

        """
    }

    @Test("a policy without rules isolates its pods in its direction, and leaves the other free")
    func isolatesOneDirection() throws {
        let text = try Self.translate([
            Self.manifest("  podSelector: {matchLabels: {app: web}}")
        ])
        #expect(text.contains("allow any -> any except restricted-ingress as free\n"), "\(text)")
        #expect(text.contains("  restricted-ingress: label app=web\n"))
        #expect(text.hasSuffix("default: deny\n"))
    }

    @Test("policies of several namespaces need a label that tells namespaces apart")
    func needsNamespaces() throws {
        let two = [
            Self.manifest("  podSelector: {}"),
            Self.manifest("  podSelector: {}", name: "q", namespace: "m"),
        ]
        let problem = #expect(throws: Problem.self) { try Self.translate(two) }
        #expect(problem?.errors?.first?.path == "1.yaml" && problem?.errors?.first?.line == 5)
        #expect(problem?.errors?.first?.hint?.contains("--namespace-label") == true)
        let text = try Self.translate(two, "ns")
        #expect(text.contains("for: label has ns\n"))
        #expect(text.contains("restricted-ingress: label ns=n, label ns=m\n"), "\(text)")
    }

    @Test("both directions in one policy are joined to one sentence for each pair that can meet")
    func joinsDirections() throws {
        let web = Self.manifest(
            """
              podSelector: {matchLabels: {app: web}}
              policyTypes: [Egress]
              egress: [{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 5432}]}]
            """, name: "web")
        let database = Self.manifest(
            """
              podSelector: {matchLabels: {app: db}}
              ingress:
              - from: [{podSelector: {matchLabels: {app: web}}}]
                ports: [{port: 5000, endPort: 6000}]
            """, name: "db")
        let text = try Self.translate([web, database])
        #expect(
            text.contains("- allow label app=web -> label app=db on tcp/5432 as web.out1.db.in1\n"),
            "\(text)")
        #expect(text.contains("# n/web egress 1, 0.yaml:9 and n/db ingress 1, 1.yaml:9\n"))
    }

    @Test("a name that no policy can have, and a key that no label can have, are refused")
    func refusesNames() {
        let file = PolicyFileText(path: "a", text: Self.manifest("  podSelector: {}"))
        for name in ["", "1", "yes", "any", "a b", "a\nrules:", "-a", "a: b"] {
            let problem = #expect(throws: Problem.self) {
                try PolicyTranslation.reply(to: PolicyImportRequest(files: [file], name: name))
            }
            #expect(problem?.status == 400 && problem?.field == "name", "\(name)")
        }
        for key in ["", "a b", "has", "a/", "a\n"] {
            let problem = #expect(throws: Problem.self) {
                try PolicyTranslation.reply(
                    to: PolicyImportRequest(files: [file], namespaceLabel: key))
            }
            #expect(problem?.status == 400 && problem?.field == "namespaceLabel", "\(key)")
        }
    }

    @Test("rules that would meet in too many ways are refused whole")
    func refusesTooMany() {
        func rules(_ key: String, _ label: String) -> String {
            (1...80).map { number in
                "  - \(key): [{podSelector: {matchLabels: {\(label): v\(number)}}}]\n"
            }.joined()
        }
        let text = Self.manifest(
            "  podSelector: {}\n  ingress:\n\(rules("from", "a"))  egress:\n\(rules("to", "b"))")
        let problem = #expect(throws: Problem.self) { try Self.translate([text]) }
        #expect(problem?.status == 413, "\(String(describing: problem))")
    }
}
