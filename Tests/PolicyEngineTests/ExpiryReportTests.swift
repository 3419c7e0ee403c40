import Packet
import PolicyEngine
import Testing

@Suite struct ExpiryReportTests {
    private static let text = """
        policy: x
        for: any
        rules:
        - allow any -> any on tcp/1 until 2026-11-20 as past
        - allow any -> any on tcp/2 until 2026-11-21
        - allow any -> any on tcp/3 until 2027-01-31
        - allow any -> any on tcp/1 limit 5/s until 2026-11-20
        """

    private func compile(_ day: Int) throws -> CompiledPolicy {
        try PolicyCompiler.compile(
            [try policy(Self.text)], try shop(), today: PolicyDay(number: day))
    }

    @Test("a rule holds through the end of its last day, and keeps its number after it")
    func expires() throws {
        let day = PolicyDay.ofTests.number
        let answers = try [day - 1, day, day + 1, day + 100].map { day in
            let compiled = try compile(day)
            #expect(compiled.rules.map(\.name) == ["default", "x/past", "x/#2", "x/#3", "x/#4"])
            return try (1...3).map { port in
                try compiled.answer(1, .egress, ("10.0.0.1", "10.0.0.2"), .tcp(port))
            }
        }
        let denied = "deny by default"
        #expect(
            answers == [
                ["allow by x/past", "allow by x/#2", "allow by x/#3"],
                [denied, "allow by x/#2", "allow by x/#3"], [denied, denied, "allow by x/#3"],
                [denied, denied, denied],
            ])
    }

    @Test("the next expiry is the earliest last day to come, and today counts")
    func knowsTheNextExpiry() throws {
        let day = PolicyDay.ofTests.number
        let days = try [day - 1, day, day + 1, day + 100].map {
            try compile($0).nextExpiry?.description
        }
        #expect(days == ["2026-11-20", "2026-11-21", "2027-01-31", nil])
        #expect(CompiledPolicy.empty.nextExpiry == nil && CompiledPolicy.empty.limits.isEmpty)
    }

    @Test("a rule that is over is reported, and has no limit any more")
    func reports() throws {
        let compiled = try compile(PolicyDay.ofTests.number)
        let found = compiled.warnings.map(\.description).filter { $0.contains("last day") }
        #expect(
            found == [
                "shop.yaml:4:3: the last day of rule `x/past` was 2026-11-20: it decides nothing "
                    + "any more; remove it, or write a later day",
                "shop.yaml:7:3: the last day of rule `x/#4` was 2026-11-20: it decides nothing "
                    + "any more; remove it, or write a later day",
            ])
        #expect(compiled.limits.isEmpty)
        #expect(try compile(PolicyDay.ofTests.number - 1).limits.count == 1)
    }
}
