import ControlAPI
import ControlPlane
import PolicyEngine
import Testing

@Suite("PolicyTranslationText")
struct PolicyTranslationTextTests {
    private func translate(_ spec: String, path: String = "a.yaml") throws -> String {
        let text = PolicyTranslationTests.manifest(spec)
        let request = PolicyImportRequest(files: [PolicyFileText(path: path, text: text)])
        return try PolicyTranslation.reply(to: request).text
    }

    @Test("exceptions, complements and every VM stand in groups that say what they are")
    func writesGroups() throws {
        let text = try translate(
            """
              podSelector: {matchExpressions: [{key: old, operator: DoesNotExist}]}
              policyTypes: [Ingress, Egress]
              ingress:
              - from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}, {podSelector: {}}]
              egress: [{}]
            """)
        for line in [
            "  vms: label a!=1, label a!=2\n", "  restricted-ingress: vms except label has old\n",
            "cidr 10.0.0.0/8 except cidr 10.1.0.0/16",
        ] {
            #expect(text.contains(line), "\(line) in \(text)")
        }
    }

    @Test("a list of hundreds is broken into lines that the language takes")
    func breaksLines() throws {
        let values = (0..<400).map { "a-rather-long-value-\($0)" }.joined(separator: ", ")
        let peers = (0..<300).map { "{ipBlock: {cidr: 10.\($0 / 250).\($0 % 250).0/24}}" }
        let text = try translate(
            """
              podSelector: {matchExpressions: [{key: a, operator: In, values: [\(values)]}]}
              ingress: [{from: [\(peers.joined(separator: ", "))]}]
            """)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
        let file = try PolicyParser.parse(PolicySource(path: "k.yaml", text: text))
        #expect(file.rules.first?.senders.included.count == 300)
    }

    @Test("a path cannot smuggle a line or a hidden character into a comment")
    func cleansComments() throws {
        let path =
            "x\nrules:\n  - allow any -> any # \u{202e}\u{1b}[2J"
            + String(repeating: "y", count: 2_000)
        let text = try translate("  podSelector: {}\n  ingress: [{}]", path: path)
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || (0x20...0x7e).contains($0.value) })
        #expect(!text.split(separator: "\n").contains("rules:\n  - allow any -> any"))
        #expect(try PolicyParser.parse(PolicySource(path: "k.yaml", text: text)).rules.count == 2)
    }

    @Test("policies of one name in two namespaces get rules of different names")
    func namesRules() throws {
        let files = ["n", "m"].map { namespace in
            PolicyFileText(
                path: "\(namespace).yaml",
                text: PolicyTranslationTests.manifest(
                    "  podSelector: {}\n  ingress: [{}]", namespace: namespace))
        }
        let request = PolicyImportRequest(files: files, namespaceLabel: "ns", name: "k8s")
        let text = try PolicyTranslation.reply(to: request).text
        #expect(text.contains("as n.p.in1\n") && text.contains("as m.p.in1\n"), "\(text)")
        #expect(text.contains("\npolicy: k8s\n"))
    }
}
