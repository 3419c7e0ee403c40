import ControlAPI
import Testing

extension Port {
    /// A port in which every field is set.
    static var sample: Port {
        var port = Port(number: 3, attached: .sample)
        port.mtu = 9_000
        port.state = .closed
        port.stateReason = "no policy selects it"
        port.governedBy = ["shop"]
        port.generation = 7
        port.counters = .sample
        return port
    }
}

@Suite("Port")
struct PortTests {
    @Test("a port begins closed, in the default network, as a TAP")
    func beginsClosed() {
        let port = Port(number: 1, attached: AttachRequest(device: "web1"))
        #expect(port.state == .closed)
        #expect(port.network == "default")
        #expect(port.mode == .tap)
        #expect(port.mtu == 1_500)
    }

    @Test("a port takes over what it was attached as")
    func takesOverTheRequest() {
        let (port, request) = (Port.sample, AttachRequest.sample)
        #expect(port.device == request.device && port.vm == request.vm)
        #expect(port.network == request.network && port.netns == request.netns)
        #expect(port.mac == request.mac && port.ip == request.ip)
        #expect(port.labels == request.labels && port.uplink && port.vlan == 100)
    }

    @Test("an uplink's report leaves out what only VMs have")
    func leavesOutWhatIsNotThere() throws {
        var request = AttachRequest(device: "eth0")
        request.uplink = true
        let fields = try SchemaSample(Port(number: 1, attached: request)).fields()
        for absent in ["vm", "mac", "netns", "vlan", "stateReason"] {
            #expect(fields[absent] == nil, "\(absent)")
        }
    }

    @Test("states and modes are spelled as users type them")
    func spelling() {
        #expect(PortMode.allCases.map(\.rawValue) == ["tap", "netdev", "host", "vhost-user"])
        #expect(PortState.allCases.map(\.rawValue) == ["open", "closed", "missing"])
    }
}
