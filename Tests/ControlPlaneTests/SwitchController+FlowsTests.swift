import Capture
import ControlAPI
import ControlPlane
import Packet
import Ports
import Testing

/// What frames leave behind on the control side.
@Suite("flows, events, counters and captures")
struct SwitchControllerFlowsTests {
    /// web1 sends a datagram to db1.
    private func send(_ rig: SwitchRig, to port: UInt16) async throws {
        let web = try await rig.controller.port(on: "web1").mac ?? ""
        let db = try await rig.controller.port(on: "db1").mac ?? ""
        rig.devices.wire("web1")?.send(
            SampleFrame.udp((web, "10.0.0.1"), (db, "10.0.0.2"), port: port))
    }

    private func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
        try await SwitchRig.eventually(condition)
    }

    @Test(
        "an allowed connection is delivered, listed with its rules, and logged as its rule asks"
    )
    func listsAllowed() async throws {
        let rig = try await SwitchRig.shop()
        try await send(rig, to: 5432)
        #expect(try await eventually { rig.devices.wire("db1")?.receive() != nil })
        let flows = await rig.controller.flows(FlowQuery(vm: "db1")).flows
        let flow = try #require(flows.first)
        #expect(flows.count == 1 && flow.verdict == .allow && flow.service == "udp/5432")
        #expect(flow.from == FlowEnd(address: "10.0.0.1", port: 40_000, vm: "web1", device: "web1"))
        #expect(flow.to.vm == "db1" && flow.to.port == 5432 && flow.network == "default")
        #expect(flow.rules.map(\.name) == ["shop/pg", "shop/pg"] && flow.rules.first?.line == 4)
        #expect(flow.original.packets == 1 && flow.idleSeconds < 5)
        await rig.controller.takeEvents()
        let line = try #require(rig.log.all.first { $0.contains("rule=shop/pg") })
        for word in ["policy=shop", "verdict=allow", "service=udp/5432", "at=0.yaml:4"] {
            #expect(line.contains(word), "\(line)")
        }
        #expect(line.contains("from=web1/10.0.0.1:40000") && line.contains("to=db1/10.0.0.2:5432"))
    }

    @Test("denials are added up, listed under their verdict, and balance in the counters")
    func listsDenied() async throws {
        let rig = try await SwitchRig.shop()
        for _ in 0..<3 { try await send(rig, to: 22) }
        #expect(
            try await eventually {
                await rig.controller.takeEvents()
                return await rig.controller.flows(FlowQuery(verdict: .deny)).flows.first?
                    .original.packets == 3
            })
        let flow = try #require(await rig.controller.flows(FlowQuery()).flows.first)
        #expect(flow.verdict == .deny && flow.reason == "denied_by_policy")
        #expect(flow.rules.map(\.name) == ["shop/rest"] && flow.to.port == 22)
        #expect(await rig.controller.flows(FlowQuery(vm: "x")).flows.isEmpty)
        let report = await rig.controller.counters()
        #expect(report.balanced && report.total.receivedFrames == 3)
        #expect(report.ports.first?.counters.dropped == ["denied_by_policy": 3])
        #expect(try await rig.controller.counters(of: "db1").counters.receivedFrames == 0)
        try await rig.controller.detach("web1")
        #expect(await rig.controller.flows(FlowQuery()).flows.isEmpty)
    }

    @Test("a connection that passes only because a file is in audit mode is marked, with its rule")
    func marksAudited() async throws {
        let rig = try await SwitchRig.shop()
        let text = SamplePolicy.shop.replacing(
            "deny any -> any log as rest", with: "reject any -> any as rj")
        var request = SwitchRig.applyRequest([text])
        request.audit = true
        _ = try await rig.controller.applyPolicy(request)
        try await send(rig, to: 5432)
        try await send(rig, to: 22)
        #expect(
            try await eventually { await rig.controller.flows(FlowQuery()).flows.count == 2 })
        let flows = await rig.controller.flows(FlowQuery()).flows
        let allowed = try #require(flows.first { $0.service == "udp/5432" })
        #expect(!allowed.audited && allowed.rules.first?.name == "shop/pg")
        let recorded = try #require(flows.first { $0.service == "udp/22" })
        #expect(recorded.verdict == .allow && recorded.audited)
        let rule = RuleReference(name: "shop/rj", file: "0.yaml", line: 5)
        #expect(recorded.rules == [rule, rule])
    }

    @Test("a protocol without ports is logged without ports")
    func logsICMP() async throws {
        let rig = try await SwitchRig.shop()
        let web = try await rig.controller.port(on: "web1").mac ?? ""
        let db = try await rig.controller.port(on: "db1").mac ?? ""
        rig.devices.wire("web1")?.send(
            SampleFrame.echo((web, "10.0.0.1"), (db, "10.0.0.2"), identifier: 29_525))
        #expect(
            try await eventually {
                await rig.controller.takeEvents()
                return rig.log.all.contains { $0.contains("rule=shop/rest") }
            })
        let line = try #require(rig.log.all.first { $0.contains("rule=shop/rest") })
        #expect(line.contains("service=icmp/8") && !line.contains("29525"), "\(line)")
        #expect(line.contains("from=web1/10.0.0.1 ") || line.hasSuffix("from=web1/10.0.0.1"))
    }

    @Test("an apply tells how many live connections the new policy cuts")
    func countsCutFlows() async throws {
        let rig = try await SwitchRig.shop()
        try await send(rig, to: 5432)
        #expect(try await eventually { rig.devices.wire("db1")?.receive() != nil })
        #expect(try await rig.apply(SamplePolicy.shop).cutFlows == 0)
        #expect(try await rig.apply(SamplePolicy.closed).cutFlows == 1)
        // Its next frame ends it; until then it is forbidden already.
        #expect(try await rig.apply(SamplePolicy.closed + "\n# again\n").cutFlows == 0)
        let flow = try #require(await rig.controller.flows(FlowQuery()).flows.first)
        #expect(flow.verdict == .deny && flow.reason == "policy_revoked")
        #expect(flow.rules.map(\.name) == ["shop/#1"])
        #expect(await rig.controller.flows(FlowQuery(verdict: .allow)).flows.isEmpty)
        #expect(await rig.controller.flows(FlowQuery(verdict: .deny)).flows.count == 1)
        await #expect(throws: Problem.self) {
            try await rig.controller.recommendPolicy(PolicyRecommendRequest())
        }
    }

    @Test("a capture is a pcapng stream that ends with its count")
    func captures() async throws {
        let rig = try await SwitchRig.shop()
        var options = CaptureOptions(filter: "udp port 5432", count: 2)
        options.point = .verdict
        let stream = try await rig.controller.startCapture(on: "web1", options)
        var bytes = await stream.takeBytes()
        #expect(bytes.prefix(4) == [0x0a, 0x0d, 0x0d, 0x0a], "a section header comes first")
        for _ in 0..<2 { try await send(rig, to: 5432) }
        try await send(rig, to: 22)
        #expect(
            try await eventually {
                bytes += await stream.takeBytes()
                return await stream.isFinished
            })
        bytes += await stream.finish()
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("allow egress shop/pg 0.yaml:4, ingress shop/pg 0.yaml:4"))
        #expect(text.contains("web1") && !text.contains("shop/rest"))
        #expect(bytes.count % 4 == 0)
    }

    private static var underlay: CaptureOptions {
        var options = CaptureOptions()
        options.point = .underlay
        return options
    }

    @Test(
        "a capture that cannot be is refused with the field",
        arguments: [
            ("web1", CaptureOptions(filter: "not a filter ("), 400, "filter"),
            ("web1", underlay, 501, "point"),
            ("nothing", CaptureOptions(), 404, "device"),
        ])
    func refusesCaptures(
        device: String, options: CaptureOptions, status: Int, field: String
    ) async throws {
        let rig = try await SwitchRig.shop()
        let problem = await #expect(throws: Problem.self) {
            _ = try await rig.controller.startCapture(on: device, options)
        }
        #expect(problem?.status == status && problem?.field == field)
    }
}
