import ControlAPI
import ControlPlane
import Testing

@Suite("the history of policies")
struct SwitchControllerHistoryTests {
    private func rig() async throws -> SwitchRig {
        let rig = try await SwitchRig()
        try await rig.attach("web1", "10.0.0.1", ["app": "shop", "role": "web"])
        return rig
    }

    private func apply(
        _ text: String, within seconds: Int, on rig: SwitchRig
    ) async throws -> PolicyApplyReply {
        var request = SwitchRig.applyRequest([text])
        request.confirmWithin = seconds
        return try await rig.controller.applyPolicy(request)
    }

    private func inForce(_ rig: SwitchRig) async -> [String] {
        await rig.controller.policies().policies.map(\.name)
    }

    /// Long after every deadline.
    private let later = UnixTime(seconds: UnixTime.now.seconds + 100_000)

    @Test("each policy that came into force is listed, the latest first")
    func lists() async throws {
        let rig = try await rig()
        try await rig.apply(SamplePolicy.shop)
        try await rig.apply(SamplePolicy.open)
        let history = await rig.controller.policyHistory()
        #expect(history.generations.map(\.current) == [true, false])
        #expect(history.generations.map(\.files) == [["0.yaml"], ["0.yaml"]])
        #expect(Set(history.generations.map(\.digest)).count == 2)
        #expect(history.confirmation == nil)
    }

    @Test("the very same files again change nothing, and are not listed again")
    func listsOnce() async throws {
        let rig = try await rig()
        let other = "policy: other\nfor: label app=other\ndefault: deny\n"
        let first = try await rig.apply(SamplePolicy.shop, other)
        #expect(first.changed)
        var request = SwitchRig.applyRequest([SamplePolicy.shop, other])
        request.files.reverse()
        let again = try await rig.controller.applyPolicy(request)
        #expect(!again.changed && again.generation == first.generation && again.cutFlows == 0)
        #expect(again.policies == first.policies)
        #expect(await rig.controller.policyHistory().generations.count == 1)
        request.confirmWithin = 60
        #expect(try await rig.controller.applyPolicy(request).confirmWithin == 60)
        _ = try await rig.controller.confirmPolicy()
    }

    @Test("a policy applied in audit mode is listed as that")
    func listsAudited() async throws {
        let rig = try await rig()
        var request = SwitchRig.applyRequest([SamplePolicy.shop])
        _ = try await rig.controller.applyPolicy(request)
        request.audit = true
        _ = try await rig.controller.applyPolicy(request)
        let history = await rig.controller.policyHistory()
        #expect(history.generations.map(\.audited) == [true, false])
    }

    @Test("a rollback brings an earlier policy back as a new generation, also over a restart")
    func rollsBack() async throws {
        let rig = try await rig()
        let first = try await rig.apply(SamplePolicy.shop)
        try await rig.apply(SamplePolicy.open)
        let reply = try await rig.controller.rollBack(
            PolicyRollbackRequest(generation: Int(first.generation)))
        #expect(reply.policies.map(\.name) == ["shop"])
        #expect(await inForce(rig) == ["shop"])
        let history = await rig.controller.policyHistory().generations
        #expect(history[0].digest == history[2].digest && history.count == 3)
        #expect(history[0].origin == "rolled back to \(first.generation)")
        let none = try await rig.controller.rollBack(PolicyRollbackRequest(generation: 0))
        #expect(none.policies.isEmpty)
        #expect(try await rig.controller.port(on: "web1").state == .closed)
    }

    @Test("a generation that is not there is refused, and nothing changes", arguments: [-1, 999])
    func refusesUnknown(generation: Int) async throws {
        let rig = try await rig()
        try await rig.apply(SamplePolicy.shop)
        let problem = await #expect(throws: Problem.self) {
            try await rig.controller.rollBack(PolicyRollbackRequest(generation: generation))
        }
        #expect(problem?.status == 404 && problem?.field == "generation")
        #expect(await inForce(rig) == ["shop"])
    }

    @Test("a generation that a VM's coming made is none to return to, and that is said")
    func refusesGenerationsOfVMs() async throws {
        let rig = try await rig()
        try await rig.apply(SamplePolicy.shop)
        try await rig.attach("db1", "10.0.0.2")
        let generation = Int(await rig.controller.status().generation)
        let problem = await #expect(throws: Problem.self) {
            try await rig.controller.rollBack(PolicyRollbackRequest(generation: generation))
        }
        #expect(problem?.detail.contains("generation \(generation)") == true)
        let hint = try #require(problem?.hint)
        #expect(hint.contains("changes of VMs") && hint.contains("'vswctl policy history'"))
    }

    @Test("a policy that nobody confirms in time is taken back")
    func takesBack() async throws {
        let rig = try await rig()
        try await rig.apply(SamplePolicy.shop)
        let reply = try await apply(SamplePolicy.open, within: 60, on: rig)
        #expect(reply.confirmWithin == 60)
        await rig.controller.expireConfirmation()
        #expect(await inForce(rig) == ["open"], "the time is not over yet")
        await rig.controller.expireConfirmation(now: later)
        #expect(await inForce(rig) == ["shop"])
        #expect(await rig.controller.policyHistory().confirmation == nil)
        let problem = await #expect(throws: Problem.self) {
            try await rig.controller.confirmPolicy()
        }
        #expect(problem?.status == 409)
    }

    @Test("the first policy of all falls back to none: every port closes")
    func fallsBackToNothing() async throws {
        let rig = try await rig()
        _ = try await apply(SamplePolicy.open, within: 1, on: rig)
        #expect(try await rig.controller.port(on: "web1").state == .open)
        await rig.controller.expireConfirmation(now: later)
        #expect(try await rig.controller.port(on: "web1").state == .closed)
    }

    @Test("a confirmed policy stays")
    func confirms() async throws {
        let rig = try await rig()
        let reply = try await apply(SamplePolicy.open, within: 60, on: rig)
        #expect(try await rig.controller.confirmPolicy().generation == reply.generation)
        await rig.controller.expireConfirmation(now: later)
        #expect(await inForce(rig) == ["open"])
    }

    @Test("while a policy waits to be confirmed no other is applied, but a rollback is")
    func refusesMeanwhile() async throws {
        let rig = try await rig()
        let first = try await rig.apply(SamplePolicy.shop)
        _ = try await apply(SamplePolicy.open, within: 60, on: rig)
        let problem = await #expect(throws: Problem.self) { try await rig.apply(SamplePolicy.shop) }
        #expect(problem?.status == 409 && problem?.hint?.contains("confirm") == true)
        _ = try await rig.controller.rollBack(
            PolicyRollbackRequest(generation: Int(first.generation)))
        #expect(await rig.controller.policyHistory().confirmation == nil)
        await rig.controller.expireConfirmation(now: later)
        #expect(await inForce(rig) == ["shop"])
    }
}
