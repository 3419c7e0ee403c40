import ControlAPI
import ControlPlane
import Packet
import Testing

@Suite("why frames were dropped, and what rules decided")
struct SwitchControllerWhyTests {
    /// web1 sends a datagram to db1, as `source`.
    private func send(
        _ rig: SwitchRig, to port: UInt16, as source: String = "10.0.0.1"
    ) async throws {
        let web = try await rig.controller.port(on: "web1").mac ?? ""
        let db = try await rig.controller.port(on: "db1").mac ?? ""
        rig.devices.wire("web1")?.send(
            SampleFrame.udp((web, source), (db, "10.0.0.2"), port: port))
    }

    private func drops(at device: String, _ rig: SwitchRig, count: UInt64) async throws -> [Drop] {
        var drops: [Drop] = []
        _ = try await SwitchRig.eventually {
            drops = try await rig.controller.drops(at: device).drops
            return drops.reduce(0) { $0 + $1.count } >= count
        }
        return drops
    }

    @Test("what a rule refused is told with the rule, its place, and what holds now")
    func tellsRefusals() async throws {
        let rig = try await SwitchRig.shop()
        for _ in 0..<3 { try await send(rig, to: 22) }
        let drop = try #require(try await drops(at: "web1", rig, count: 3).first)
        #expect(drop.count == 3 && drop.reason == "denied_by_policy" && drop.sent)
        #expect(drop.rule == RuleReference(name: "shop/rest", file: "0.yaml", line: 5))
        #expect(drop.service == "udp/22" && drop.from?.vm == "web1" && drop.to?.vm == "db1")
        #expect(drop.now?.verdict == .deny && drop.now?.rule.name == "shop/rest")
        #expect(drop.network == "default" && !drop.explanation.isEmpty)
        try await rig.apply(SamplePolicy.open)
        let later = try #require(try await drops(at: "web1", rig, count: 3).first)
        #expect(later.rule?.name == "shop/rest", "the rule is the one of then")
        #expect(later.now?.verdict == .allow && later.now?.rule.name == "open/#1")
    }

    @Test("the rule of then keeps its name and place, however many policies came since")
    func remembersNames() async throws {
        let rig = try await SwitchRig.shop()
        try await send(rig, to: 22)
        try await send(rig, to: 5432)
        _ = try await drops(at: "web1", rig, count: 1)
        #expect(try await SwitchRig.eventually { await live(rig).count == 1 })
        let rest = RuleReference(name: "shop/rest", file: "0.yaml", line: 5)
        let pg = RuleReference(name: "shop/pg", file: "0.yaml", line: 4)
        var again = SwitchRig.applyRequest([SamplePolicy.shop])
        again.confirmWithin = 60
        for _ in 0..<FormerPolicies.countMax {
            _ = try await rig.controller.applyPolicy(again)
            _ = try await rig.controller.confirmPolicy()
        }
        for text in [SamplePolicy.open, SamplePolicy.shop, SamplePolicy.open] {
            try await rig.apply(text)
        }
        try await rig.attach("db2", "10.0.0.3", ["app": "shop"])
        let other = SamplePolicy.open.replacing("open", with: "other")
        try await rig.apply(other)
        #expect(try await rig.controller.drops(at: "web1").drops.first?.rule == rest)
        #expect(await live(rig).first?.rules == [pg, pg])
        #expect(await denied(rig).first?.rules == [rest])
        for _ in 0..<FormerPolicies.countMax / 2 {
            try await rig.apply(SamplePolicy.open)
            try await rig.apply(other)
        }
        let forgotten = RuleReference(name: "(replaced since)")
        #expect(try await rig.controller.drops(at: "web1").drops.first?.rule == forgotten)
        #expect(await live(rig).first?.rules == [forgotten, forgotten])
        #expect(await denied(rig).first?.rules == [forgotten])
    }

    private func live(_ rig: SwitchRig) async -> [Flow] {
        await rig.controller.flows(FlowQuery(verdict: .allow)).flows
    }

    private func denied(_ rig: SwitchRig) async -> [Flow] {
        await rig.controller.flows(FlowQuery(verdict: .deny)).flows
    }

    @Test("what the policy in force would only record is told as that")
    func tellsAudited() async throws {
        let rig = try await SwitchRig.shop()
        try await send(rig, to: 22)
        let before = try #require(try await drops(at: "web1", rig, count: 1).first?.now)
        #expect(before.verdict == .deny && !before.audited)
        let open = SamplePolicy.open.replacing("any\nrules", with: "vm db1\nrules")
        var request = SwitchRig.applyRequest([
            SamplePolicy.closed.replacing("label app=shop", with: "vm web1"), open,
        ])
        request.audit = true
        _ = try await rig.controller.applyPolicy(request)
        let now = try #require(try await drops(at: "web1", rig, count: 1).first?.now)
        #expect(now.verdict == .allow && now.audited)
        #expect(now.rule == RuleReference(name: "shop/#1", file: "0.yaml", line: 4))
    }

    @Test("who was refused by the receiver's rules is found at the receiver's port, too")
    func tellsAtReceiver() async throws {
        let rig = try await SwitchRig.shop()
        let ingress = """
            policy: shop
            for: label role=db
            rules:
              - deny any -> any
            """
        try await rig.apply(
            ingress, SamplePolicy.open.replacing("any\nrules", with: "vm web1\nrules"))
        try await send(rig, to: 80)
        let drop = try #require(try await drops(at: "db1", rig, count: 1).first)
        #expect(!drop.sent && drop.from?.vm == "web1" && drop.rule?.name == "shop/#1")
    }

    @Test("what port security dropped has no rule; older drops can be left out")
    func tellsSecurity() async throws {
        let rig = try await SwitchRig.shop()
        try await send(rig, to: 5432, as: "10.0.0.9")
        let drop = try #require(try await drops(at: "web1", rig, count: 1).first)
        #expect(drop.rule == nil && drop.now == nil && drop.reason != "denied_by_policy")
        let recent = try await rig.controller.drops(at: "web1", DropQuery(last: 3_600))
        #expect(recent.drops.count == 1)
        let problem = await #expect(throws: Problem.self) {
            try await rig.controller.drops(at: "nothing")
        }
        #expect(problem?.status == 404)
    }

    @Test("rules count what they decided, on beyond the next apply as long as they stay")
    func countsHits() async throws {
        let rig = try await SwitchRig.shop()
        func hits() async throws -> [String: UInt64] {
            let rules = try await rig.controller.policy(named: "shop").rules
            return Dictionary(uniqueKeysWithValues: rules.map { ($0.name, $0.hits) })
        }
        try await send(rig, to: 5432)
        for _ in 0..<2 { try await send(rig, to: 22) }
        #expect(try await SwitchRig.eventually { try await hits()["shop/rest"] == 2 })
        #expect(try await hits()["shop/pg"] == 1)
        let rest = try await rig.controller.policy(named: "shop").rules[1]
        #expect(rest.lastHit?.hasSuffix("Z") == true)
        try await rig.apply(SamplePolicy.shop)
        try await send(rig, to: 22)
        #expect(try await SwitchRig.eventually { try await hits()["shop/rest"] == 3 })
        try await rig.apply(SamplePolicy.closed)
        try await rig.apply(SamplePolicy.shop)
        #expect(try await hits()["shop/rest"] == 0, "a rule that left is forgotten")
    }
}
