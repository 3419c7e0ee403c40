import Packet
import PolicyEngine
import Testing

/// The ends of packets that an edit changes are found without a look at all VMs: none is missed.
@Suite struct PromiseEndsTests {
    /// Whether the files with one more rule at the end of the last keep their promises.
    private func isKept(
        _ files: [String], adding rule: String, _ universe: PolicyUniverse
    ) throws -> Bool {
        let first = try files.map { try policy($0) }
        var edited = first
        edited[edited.count - 1].rules += try policy(
            "policy: x\nfor: any\nrules:\n- \(rule)\n"
        ).rules
        let compiled = try PolicyCompiler.compile(first, universe)
        let isKept = (try? PolicyCompiler.recompile(compiled, edited, universe)) != nil
        #expect(((try? PolicyCompiler.compile(edited, universe)) != nil) == isKept)
        return isKept
    }

    @Test("a VM without an IPv4 address hears frames to all as 0.0.0.0, and is found by its rules")
    func findsVMsWithoutIPv4() throws {
        var universe = try shop()
        universe.endpoints[1].addresses = [try ip("fd00::2")]
        universe.endpoints[2].addresses = [try ip("10.0.0.3")]
        let ops = "policy: ops\nfor: vm ops1\nrules:\n- allow any -> cidr 224.0.0.0/4 on udp/7\n"
        let db = """
            policy: db
            for: vm db1
            rules:
            - allow vm web1 -> vm db1 on tcp/1
            never:
            - vm ops1 -> vm db1 on udp

            """
        #expect(try !isKept([ops, db], adding: "allow vm ops1 -> vm db1 on udp/7", universe))
        #expect(try !isKept([ops, db], adding: "allow vm ops1 -> any on udp/7", universe))
        #expect(try isKept([ops, db], adding: "allow vm web1 -> vm db1 on udp/7", universe))
        #expect(try isKept([ops, db], adding: "allow vm ops1 -> vm db1 on udp/8", universe))
    }

    @Test("a VM that has another's address, too, is found by the rules about the other")
    func findsSharedAddresses() throws {
        var universe = try shop()
        universe.endpoints[2].addresses = universe.endpoints[0].addresses
        let ops = "policy: ops\nfor: vm ops1\ndefault: allow\n"
        let db = """
            policy: db
            for: vm db1
            rules:
            - allow vm web1 -> vm db1 on sctp
            never:
            - vm ops1 -> vm db1 on tcp

            """
        // web1 is the first who has the address: the receiver takes ops1 for web1.
        #expect(try !isKept([ops, db], adding: "allow vm web1 -> vm db1 on tcp/9", universe))
        #expect(try isKept([ops, db], adding: "allow vm web1 -> vm db1 on udp/9", universe))
        // As itself it is found at the address of the other, too.
        let open = db.replacing("rules:", with: "rules:\n- allow vm web1 -> vm db1 on tcp/9")
        let closed = "policy: ops\nfor: vm ops1\nrules:\n- allow vm ops1 -> vm web1 on sctp\n"
        #expect(
            try !isKept([open, closed], adding: "allow vm ops1 -> vm db1 on tcp/9", universe))
        #expect(
            try isKept([open, closed], adding: "allow vm ops1 -> vm db1 on tcp/8", universe))
    }

    @Test("where an end passes something to most, everyone is looked at")
    func looksAtEveryone() throws {
        let all = "policy: all\nfor: label role in (web|ops)\ndefault: allow\n"
        let db = """
            policy: db
            for: vm db1
            rules:
            - allow any -> any on udp/9
            never:
            - vm ops1 -> vm db1 on tcp/22
            - cidr 192.0.2.0/24 -> vm db1 on tcp/23
            - vm db1 -> cidr 192.0.2.0/24 on tcp/24

            """
        let kept = { rule in try isKept([all, db], adding: rule, try shop()) }
        #expect(try !kept("allow any -> vm db1 on tcp/20-22"))
        #expect(try !kept("allow label role=ops -> any on tcp/22"))
        #expect(try kept("allow label role=web -> vm db1 on tcp/20-23"))
        #expect(try !kept("allow any -> any on tcp/23"))
        #expect(try !kept("allow any -> any on tcp/24"))
        #expect(try kept("allow any -> any on tcp/25"))
    }
}
