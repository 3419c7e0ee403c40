import ControlAPI
import ControlPlane
import Testing

@Suite("what another policy would change")
struct SwitchControllerDiffTests {
    private func shop() async throws -> SwitchRig {
        let rig = try await SwitchRig.shop()
        try await rig.attach("other1", "10.0.0.3")
        return rig
    }

    private static let other = SamplePolicy.shop.replacing("udp/5432", with: "tcp/22")

    /// Applies without leave to widen.
    private func applyCarefully(_ text: String, on rig: SwitchRig) async throws {
        let files = SwitchRig.request([text]).files
        _ = try await rig.controller.applyPolicy(PolicyApplyRequest(files: files))
    }

    @Test("a diff names what becomes possible and what impossible, and changes nothing")
    func diffs() async throws {
        let rig = try await shop()
        let before = try rig.store.load()
        let diff = try await rig.controller.diffPolicy(SwitchRig.diffRequest([Self.other]))
        #expect(diff.gained.map(\.text) == ["web1 -> db1 on tcp/22"])
        #expect(diff.lost.map(\.text) == ["web1 -> db1 on udp/5432"])
        #expect(diff.cutFlows == 0 && diff.omittedGained == 0)
        #expect(try rig.store.load() == before)
        let same = try await rig.controller.diffPolicy(SwitchRig.diffRequest([SamplePolicy.shop]))
        #expect(same.gained.isEmpty && same.lost.isEmpty)
        let problem = await #expect(throws: Problem.self) {
            try await rig.controller.diffPolicy(SwitchRig.diffRequest(["policy: 1\n"]))
        }
        #expect(problem?.status == 422)
    }

    private static func diffRequest(_ request: PolicyRequest) -> PolicyDiffRequest {
        var diff = PolicyDiffRequest(files: request.files)
        diff.audit = request.audit
        return diff
    }

    @Test("a policy that will make more possible when a rule is over is refused, with the day")
    func refusesLaterWidening() async throws {
        let rig = try await shop()
        let guarded = SamplePolicy.closed.replacing(
            "any -> any", with: "any -> any until 9998-12-31\n  - allow any -> any")
        let diff = try await rig.controller.diffPolicy(SwitchRig.diffRequest([guarded]))
        #expect(diff.gained.isEmpty)
        #expect(diff.later.map(\.from) == ["9999-01-01"])
        #expect(diff.later.first?.gained.isEmpty == false)
        let problem = await #expect(throws: Problem.self) {
            try await applyCarefully(guarded, on: rig)
        }
        #expect(problem?.detail.hasPrefix("From 9999-01-01 on, when a rule is over, ") == true)
        try await rig.apply(guarded)
        // What opens then opens with this policy, too.
        try await applyCarefully(guarded + "\n# the same\n", on: rig)
    }

    @Test("a diff tells other limits, and on request every line with all its names")
    func tellsLimitsAndAll() async throws {
        let rig = try await shop()
        try await rig.apply(SamplePolicy.closed)
        let ports = (0..<10).map { "tcp/\($0 * 2)" }.joined(separator: ", ")
        let wide = SamplePolicy.closed.replacing(
            "deny any -> any", with: "allow any -> any on \(ports)")
        var request = SwitchRig.diffRequest([wide])
        let short = try await rig.controller.diffPolicy(request)
        #expect(short.gained.contains { $0.services.last == "… (4 more)" }, "\(short.gained)")
        request.all = true
        let whole = try await rig.controller.diffPolicy(request)
        #expect(whole.gained.contains { $0.services.count == 10 }, "\(whole.gained)")
        try await rig.apply(wide)
        let limited = wide.replacing(ports, with: "\(ports) limit 5/s")
        let limits = try await rig.controller.diffPolicy(SwitchRig.diffRequest([limited])).limits
        #expect(limits.count == 1 && limits[0].hasSuffix("limit 5/s, was none"), "\(limits)")
    }

    @Test("in audit mode a diff is about what then passes, and the refusal to widen says that")
    func diffsAudited() async throws {
        let rig = try await shop()
        var request = SwitchRig.request([SamplePolicy.closed])
        let closed = try await rig.controller.diffPolicy(Self.diffRequest(request))
        #expect(closed.gained.isEmpty && !closed.lost.isEmpty)
        request.audit = true
        let audited = try await rig.controller.diffPolicy(Self.diffRequest(request))
        #expect(!audited.gained.isEmpty && audited.lost.isEmpty)
        let check = await rig.controller.checkPolicy(request)
        #expect(check.valid && check.policies.map(\.audited) == [true])
        var apply = PolicyApplyRequest(files: request.files)
        apply.audit = true
        let wanted = apply
        let problem = await #expect(throws: Problem.self) {
            try await rig.controller.applyPolicy(wanted)
        }
        #expect(problem?.detail.contains(audited.gained[0].text) == true)
        #expect(problem?.hint?.contains("`vswctl policy diff 0.yaml --audit`") == true)
    }

    @Test("what changes for frames to all alone is told as such")
    func tellsFramesToAll() async throws {
        let rig = try await shop()
        let outward = "policy: web\nfor: vm web1\nrules:\n- allow any -> cidr 224.0.0.0/4\n"
        let inward = "policy: db\nfor: vm db1\n"
        try await rig.apply(outward, inward + "default: deny\n")
        let wider = inward + "rules:\n- allow any -> any on udp/5353\n"
        let diff = try await rig.controller.diffPolicy(SwitchRig.diffRequest([outward, wider]))
        #expect(diff.gained.filter { !$0.toAll }.count == 2, "\(diff.gained)")
        #expect(
            diff.gained.filter(\.toAll).map(\.text) == [
                "web1 -> db1 at 10.0.0.2 on udp/5353 by frames to all"
            ])
    }

    @Test("a policy that makes more possible is refused unless that is said")
    func refusesWidening() async throws {
        let rig = try await shop()
        let before = try rig.store.load()
        let problem = await #expect(throws: Problem.self) {
            try await applyCarefully(Self.other, on: rig)
        }
        #expect(problem?.status == 409 && problem?.field == "allowWidening")
        #expect(problem?.detail.contains("web1 -> db1 on tcp/22") == true)
        #expect(problem?.hint?.contains("--allow-widening") == true)
        #expect(problem?.hint?.contains("`vswctl policy diff 0.yaml`") == true)
        #expect(try rig.store.load() == before)
        try await applyCarefully(SamplePolicy.closed, on: rig)
        #expect(await rig.controller.policies().policies.map(\.name) == ["shop"])
        try await rig.apply(Self.other)
    }

    @Test("the first policy has nothing to widen")
    func firstPolicy() async throws {
        let rig = try await SwitchRig()
        try await rig.attach("web1", "10.0.0.1")
        try await applyCarefully(SamplePolicy.open, on: rig)
        #expect(await rig.controller.policies().policies.map(\.name) == ["open"])
    }
}
