import ControlAPI
import Testing

extension Drop {
    /// A drop in which every field is set.
    static var sample: Drop {
        var drop = Drop(
            at: "2026-11-21T17:00:00.042Z", count: 3, reason: "denied_by_policy", generation: 7)
        drop.since = "2026-11-21T16:00:00.000Z"
        drop.explanation = "A rule denies it."
        drop.sent = false
        drop.network = "blue"
        drop.from = FlowEnd(address: "10.0.0.1", port: 4711, vm: "web1", device: "web1")
        drop.to = FlowEnd(address: "10.0.0.2", port: 22, vm: "db1", device: "db1")
        drop.sourceMAC = "52:54:00:00:00:01"
        drop.destinationMAC = "52:54:00:00:00:02"
        drop.service = "tcp/22"
        drop.rule = RuleReference(name: "shop/no-ssh", file: "shop.yaml", line: 7)
        drop.now = DropNow(verdict: .allow, rule: RuleReference(name: "shop/ssh"))
        return drop
    }
}

@Suite("Drop")
struct DropTests {
    @Test("a query asks for drops of the last seconds, and refuses everything else")
    func queries() throws {
        #expect(try DropQuery(query: []).last == nil)
        let query = try DropQuery(query: [(name: "last", value: "60")])
        #expect(query.last == 60 && query.query.map(\.value) == ["60"])
        for (name, value) in [("last", "0"), ("last", "-1"), ("last", "1m"), ("first", "1")] {
            let problem = #expect(throws: Problem.self) {
                try DropQuery(query: [(name: name, value: value)])
            }
            #expect(problem?.field == name)
        }
    }
}
