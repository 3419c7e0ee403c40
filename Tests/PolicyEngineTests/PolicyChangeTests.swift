import Packet
import PolicyEngine
import Testing

@Suite struct PolicyChangeTests {
    private static let start = """
        policy: x
        for: any
        groups:
          g: label role=web
        services:
          s: tcp/1
        rules:
        - allow g -> any on s
        - deny any -> any on tcp/2
        """

    @Test(
        "whatever changes in a file, recompiling takes it up",
        arguments: [
            ("label role=web", "label role=db"), ("s: tcp/1", "s: tcp/3"),
            ("for: any", "for: vm web1"), ("allow g", "pass g"), ("deny any", "reject any"),
            ("on tcp/2", "on tcp/2\n- allow any -> any on tcp/3"),
            ("- deny any -> any on tcp/2", ""), ("policy: x", "policy: y"),
            ("policy: x", "policy: x\ntier: guard"), ("- allow g", "\n- allow g"),
            ("deny any -> any on tcp/2", "deny any -> any on tcp/2\ndefault: allow"),
            ("policy: x", "policy: x\nmode: audit"), ("on s", "on s limit 3/s"),
            ("on s", "on s log sampled"), ("on tcp/2", "on tcp/2 until 2026-11-20"),
            ("on tcp/2", "on tcp/2 until 2026-11-21"),
        ])
    func takesUpEveryChange(old: String, new: String) throws {
        let before = try PolicyCompiler.compile([try policy(Self.start)], try shop())
        let range = try #require(Self.start.range(of: old))
        let text = Self.start.replacingCharacters(range, with: new)
        let file = try policy(text)
        let after = try PolicyCompiler.recompile(before, [file], try shop())
        let full = try PolicyCompiler.compile([file], try shop())
        for port in 1...3 as ClosedRange<UInt16> {
            for service in 0...4 as ClosedRange<UInt16> {
                for direction in [TrafficDirection.egress, .ingress] {
                    let ends = (own: "10.0.0.\(port)", peer: "10.0.0.\(port % 3 + 1)")
                    let answer = try after.answer(port, direction, ends, .tcp(service))
                    #expect(answer == (try full.answer(port, direction, ends, .tcp(service))))
                }
            }
        }
        #expect(after.rulesAndLimits == full.rulesAndLimits)
        #expect(after.nextExpiry == full.nextExpiry)
        // And back again.
        let back = try PolicyCompiler.recompile(after, before.files, try shop())
        #expect(back.rulesAndLimits == before.rulesAndLimits)
        #expect(back.nextExpiry == before.nextExpiry)
        let ends = (own: "10.0.0.1", peer: "10.0.0.2")
        #expect(
            try back.answer(1, .egress, ends, .tcp(2)) == before.answer(1, .egress, ends, .tcp(2)))
    }

    @Test("a policy recompiled lives on when the one it was made from is gone")
    func outlivesItsOrigin() throws {
        var universe = try shop()
        var current = try PolicyCompiler.compile([try policy(Self.start)], universe)
        for round in 0..<50 {
            universe.endpoints[0].labels["role"] = round % 2 == 0 ? "db" : "web"
            current = try PolicyCompiler.recompile(current, current.files, universe)
            let answer = try current.answer(1, .egress, ("10.0.0.1", "10.0.0.2"), .tcp(1))
            #expect(answer == (round % 2 == 0 ? "deny by default" : "allow by x/#1"))
        }
    }
}

extension String {
    /// Where `part` first stands.
    fileprivate func range(of part: String) -> Range<String.Index>? {
        indices.first { self[$0...].hasPrefix(part) }
            .map { $0..<index($0, offsetBy: part.count) }
    }

    fileprivate func replacingCharacters(
        _ range: Range<String.Index>, with other: String
    ) -> String {
        self[..<range.lowerBound] + other + self[range.upperBound...]
    }
}
