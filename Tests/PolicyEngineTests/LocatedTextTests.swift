import PolicyEngine
import Testing

@Suite struct LocatedTextTests {
    private static let plain = "allow vm web1 -> vm db1 on tcp/1"

    @Test(
        "a sentence is quoted in one line with single spaces, however it is written",
        arguments: [
            "- allow vm web1 -> vm db1 on tcp/1", "-   allow  vm web1   ->   vm db1 on   tcp/1",
            "- allow vm web1\n    -> vm db1\n    on tcp/1", "- 'allow vm web1 -> vm db1 on tcp/1 '",
            "- \" allow vm web1 -> vm db1  on tcp/1\"",
        ])
    func quotes(rule: String) throws {
        let file = try policy("policy: x\nfor: any\nrules:\n\(rule)\n")
        #expect(file.rules.map(\.text) == [Self.plain])
    }

    @Test("what is wrong is found at its place, also in a later line of a folded sentence")
    func places() throws {
        let text = "policy: x\nfor: any\nrules:\n- allow vm web1\n    -> vm db1\n    on tcp/0x1\n"
        let error = #expect(throws: PolicyErrors.self) { try policy(text) }
        let found = try #require(error?.errors.first)
        #expect(found.line == 6 && found.column == 8, "\(found)")
    }
}
