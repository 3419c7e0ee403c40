import ControlAPI
import Testing

extension FlowEnd {
    /// An end in which every field is set.
    static var sample: FlowEnd {
        var end = FlowEnd(address: "10.66.0.11", port: 40_000, vm: "web1", device: "web1")
        end.host = "hv2"
        return end
    }
}

extension RuleReference {
    /// A reference in which every field is set.
    static let sample = RuleReference(name: "shop/no-ssh", file: "policies/shop.yaml", line: 18)
}

extension Flow {
    /// A flow in which every field is set.
    static var sample: Flow {
        var flow = Flow(
            network: "blue", service: "tcp/22", from: .sample,
            to: FlowEnd(address: "10.66.0.12", port: 22, vm: "db1", device: "db1"))
        flow.verdict = .deny
        flow.reason = "denied_by_policy"
        flow.rules = [.sample]
        flow.original = Traffic(packets: 3, bytes: 180)
        flow.reply = Traffic(packets: 1, bytes: 60)
        flow.idleSeconds = 12
        return flow
    }
}

@Suite("Flow")
struct FlowTests {
    @Test(
        "the protocol is the service's part before the slash",
        arguments: [("tcp/443", "tcp"), ("icmp/echo", "icmp"), ("proto/47", "proto"), ("x", "x")])
    func namesTheProtocol(service: String, name: String) {
        let end = FlowEnd(address: "10.0.0.1")
        let flow = Flow(network: "blue", service: service, from: end, to: end)
        #expect(flow.protocol == name)
    }

    @Test("the two directions are kept apart")
    func keepsDirections() throws {
        let json = try ControlJSON.encode(Flow.sample)
        let flow = try ControlJSON.decode(Flow.self, from: json)
        #expect(flow.original == Traffic(packets: 3, bytes: 180))
        #expect(flow.reply == Traffic(packets: 1, bytes: 60))
    }

    @Test("ends that differ in one field only are different ends")
    func tellsEndsApart() {
        let ends: Set = [
            FlowEnd(address: "10.0.0.1"), FlowEnd(address: "10.0.0.1", port: 1),
            FlowEnd(address: "10.0.0.1", vm: "a"), FlowEnd(address: "10.0.0.1", device: "a"),
            FlowEnd(address: "10.0.0.2"),
        ]
        #expect(ends.count == 5)
    }

    @Test("a list says whether it is whole; unless told otherwise it is")
    func saysWhetherWhole() {
        #expect(!FlowList(flows: []).truncated)
        #expect(FlowList(flows: [.sample], truncated: true).truncated)
    }
}
