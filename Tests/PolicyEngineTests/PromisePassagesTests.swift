import Packet
import PolicyEngine
import Testing

@Suite struct PromisePassagesTests {
    static let text = """
        policy: x
        for: any
        groups:
          web: label role=web
        rules:
          - allow any -> vm db1 on tcp/22
          - allow web -> vm db1 on tcp/80
          - allow vm web1 -> cidr 192.0.2.0/24 on udp/5000
        never:
          - any except web -> vm db1 on tcp/1-100
          - any -> cidr 192.0.2.0/24 on tcp, udp/53
          - vm ops1 -> any on udp/5000
        """

    /// Edits of the example, each with whether it keeps all promises.
    private static let edits: [(sentence: String, isKept: Bool)] = [
        ("allow vm ops1 -> vm db1 on tcp/101", true), ("allow vm ops1 -> vm db1 on tcp/99", false),
        ("allow cidr 203.0.113.0/24 -> vm db1 on tcp/443", true),
        ("allow cidr 203.0.113.0/24 -> vm db1 on tcp/43", false),
        ("deny label role=web -> vm db1 on tcp/80", true), ("allow any -> any on udp/5000", false),
        ("allow label role=web -> any on udp/53", false),
        ("allow label role=web -> vm ops1 on udp/53", true),
        ("allow vm ops1 -> cidr 224.0.0.0/4 on udp/5000", false),
        ("allow vm ops1 -> cidr 198.51.100.0/24 on udp/5001", true),
    ]

    @Test(
        "an edit is held against the promises by what it changes, and by nothing else",
        arguments: 0..<10)
    func looksAtChangesAlone(index: Int) throws {
        let (sentence, isKept) = Self.edits[index]
        var file = try policy(Self.text)
        // The promise about tcp/22 is broken from the beginning: a whole proof would say so.
        let first = try PolicyCompiler.compileUnproven([file], try shop())
        #expect(throws: PolicyErrors.self) { try PolicyProof.check(first) }
        file.rules += try policy("policy: x\nfor: any\nrules:\n- \(sentence)\n").rules
        let edited = try? PolicyCompiler.recompile(first, [file], try shop())
        #expect((edited != nil) == isKept, "\(sentence)")
    }

    @Test(
        "a rule by which a frame to all reaches a VM is held against the promises", arguments: 0..<2
    )
    func looksAtFramesToAll(side: Int) throws {
        let rules = ["allow any -> cidr 224.0.0.0/4 on udp/7", "allow vm ops1 -> any on udp/7"]
        let files = try zip(["ops1", "db1"], rules).map { vm, rule in
            try policy(
                "policy: \(vm)\nfor: vm \(vm)\nrules:\n- allow any -> any on tcp/1\n- \(rule)\n"
                    + "never:\n- vm ops1 -> vm db1 on udp/7\n")
        }
        var earlier = files
        earlier[side].rules.removeLast()
        let first = try PolicyCompiler.compile(earlier, try shop())
        #expect(throws: PolicyErrors.self) {
            try PolicyCompiler.recompile(first, files, try shop())
        }
    }
}
