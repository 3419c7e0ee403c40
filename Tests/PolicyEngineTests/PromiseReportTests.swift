import Packet
import PolicyEngine
import Testing

@Suite struct PromiseReportTests {
    private func warnings(_ text: String) throws -> [String] {
        try PolicyCompiler.compile([try policy(text, path: "p.yaml")], try shop()).warnings
            .filter { $0.message.contains("never") }.map(\.description)
    }

    @Test("a promise about nobody is remarked, with the side that is nobody")
    func remarksEmptySides() throws {
        let found = try warnings(
            """
            policy: x
            for: any
            groups:
              db: label role=dbb
            rules:
              - allow any -> vm web1 on tcp/80
            never:
              - vm ops1 -> vm db1 on tcp/22
              - any except label role=web -> db
              - vm ghost -> vm db1
              - cidr 192.0.2.0/24 -> any except label has role on udp
            """)
        #expect(
            found == [
                "p.yaml:9:34: `never any except label role=web -> db` is about nobody yet: its "
                    + "receivers `db` are none",
                "p.yaml:10:5: `never vm ghost -> vm db1` is about nobody yet: its senders "
                    + "`vm ghost` are none",
            ])
    }

    @Test("what a file in audit mode promises is not refused but remarked, and told why")
    func remarksAuditedPromises() throws {
        let text = """
            policy: x
            for: any
            mode: enforce
            rules:
              - allow any -> any on tcp/80
              - deny any -> any as stop
            never:
              - vm web1 -> vm db1 on tcp/22
              - vm web1 -> vm db1 on tcp/80
            """
        #expect(throws: PolicyErrors.self) { try warnings(text) }
        let found = try warnings(text.replacing("enforce", with: "audit"))
        #expect(
            found == [
                "p.yaml:8:5: `never vm web1 -> vm db1 on tcp/22` does not hold while policy `x` is "
                    + "in audit mode: tcp/22 passes from 10.0.0.1 (vm web1) to 10.0.0.2 (vm db1), "
                    + "let out and in by `x/stop` (p.yaml:6), which only records what it refuses",
                "p.yaml:9:5: `never vm web1 -> vm db1 on tcp/80` does not hold while policy `x` is "
                    + "in audit mode: tcp/80 passes from 10.0.0.1 (vm web1) to 10.0.0.2 (vm db1), "
                    + "let out and in by `x/#1` (p.yaml:5)",
            ])
    }

    @Test("a file that enforces is held to what another in audit mode only records")
    func holdsEnforcedPromises() throws {
        let texts = [
            "policy: a\ntier: guard\nmode: audit\nfor: any\nrules:\n"
                + "- deny any -> any on tcp/22 as no\n",
            "policy: b\nfor: any\nrules:\n- allow vm web1 -> vm db1\nnever:\n"
                + "- any -> vm db1 on tcp/22\n",
        ]
        let found = try compileFaults(texts, try shop())
        #expect(found.count == 1 && found[0].contains("does not hold"), "\(found)")
    }
}
