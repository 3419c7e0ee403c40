import ControlAPI
import ControlPlane
import Testing

@Suite("KubernetesDocuments")
struct KubernetesDocumentsTests {
    @Test(
        "a hostile text is refused, and neither grows nor overflows",
        arguments: [
            String(repeating: "[", count: 900), String(repeating: "[", count: 200_000),
            String(repeating: "- ", count: 900), String(repeating: "- ", count: 200_000),
            String(repeating: "{a: ", count: 900), String(repeating: "? ", count: 900),
            String(repeating: "[", count: 900) + String(repeating: "]", count: 900),
            "a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n",
            "{\"a\":&a [x], ? *a : y}", "&a a: *a", "\u{0}", "\u{feff}kind: x", "%YAML 9.9\n---\n",
            "!!binary x", "kind: !!python/object:os.system x", "\"\\ud800\"", "a: |\n b\n c: d",
            String(repeating: "---\n", count: 100_000),
            String(repeating: "a", count: 1 << 20) + "b",
        ])
    func survives(text: String) async throws {
        let faults = KubernetesReaderTests.faults(text)
        #expect(!faults.isEmpty && faults.count <= 100)
        // The stack of a task is what the daemon has.
        let again = await Task.detached { KubernetesReaderTests.faults(text) }.value
        #expect(again == faults)
    }

    @Test(
        "an anchor is found wherever one can stand, and text is not taken for one",
        arguments: [
            ("a: &x 1", true), ("- &x 1", true), ("{\"a\":&x 1}", true), ("[&x 1]", true),
            ("? &x a\n: b", true), ("\n&x a: b", true), ("a: a&b", false), ("a: 'b & c'", false),
            ("a: https://h/?b&c=1&d=2", false), ("a: |\n  x && y", false),
        ])
    func findsAnchors(text: String, isAnchor: Bool) {
        let faults = KubernetesReaderTests.faults("kind: Pod\n" + text + "\n")
        #expect(faults.contains { $0.contains("anchors") } == isAnchor, "\(faults)")
    }

    @Test("every truncation of a file, and every wrong byte in it, is read or refused")
    func survivesDamage() {
        let whole = PolicyTranslationTests.manifest(
            """
              podSelector: {matchLabels: {app: web}}
              ingress:
              - from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]
                ports: [{port: 80, endPort: 90, protocol: SCTP}]
            """)
        let bytes = Array(whole.utf8)
        for count in bytes.indices {
            _ = KubernetesReaderTests.faults(String(decoding: bytes.prefix(count), as: UTF8.self))
            for octet in [UInt8(ascii: "-"), UInt8(ascii: "["), 0, 0x80] {
                var damaged = bytes
                damaged[count] = octet
                _ = KubernetesReaderTests.faults(String(decoding: damaged, as: UTF8.self))
            }
        }
    }

    @Test("a fault names the line of its own document")
    func countsLines() {
        let good = PolicyTranslationTests.manifest("  podSelector: {}")
        let bad = PolicyTranslationTests.manifest("  podSelector: {}\n  x: 1")
        let faults = KubernetesReaderTests.faults(good + "---\n" + bad)
        #expect(faults == ["0.yaml:16 the field `x` cannot be translated: it is not known here"])
    }
}
