import Packet
import PolicyEngine
import Testing

@Suite struct ServiceStepsTests {
    @Test("in the chained form the first matching rule decides, however later ones overlap it")
    func firstMatchWins() throws {
        let file = try policy(
            """
            policy: x
            for: any
            rules:
            - allow cidr 10.9.0.0/16 -> any on tcp/10-20
            - deny cidr 10.9.0.0/16 -> any on tcp/5-15 log
            - reject any -> any on tcp/0-30
            - pass cidr 10.9.9.0/24 -> any on tcp/40
            - allow cidr 10.9.9.0/24 -> any on tcp/40-65535
            - deny cidr 10.9.0.0/16 -> any on proto/255
            """)
        let compiled = try PortPlanTests.compile([file], try shop(), PortPlanTests.chained).get()
        let expected: [(UInt16, String)] = [
            (0, "reject by x/#3"), (4, "reject by x/#3"), (5, "deny by x/#2, logged"),
            (9, "deny by x/#2, logged"), (10, "allow by x/#1"), (20, "allow by x/#1"),
            (21, "reject by x/#3"), (30, "reject by x/#3"), (31, "deny by default"),
            (40, "deny by default"), (41, "allow by x/#5"), (65535, "allow by x/#5"),
        ]
        for (port, answer) in expected {
            #expect(
                try compiled.answer(2, .ingress, ("10.0.0.2", "10.9.9.1"), .tcp(port)) == answer)
        }
        let last = ServiceKey(rawValue: 0xff_ffff)
        #expect(
            try compiled.answer(2, .ingress, ("10.0.0.2", "10.9.9.1"), last) == "deny by x/#6")
    }
}
