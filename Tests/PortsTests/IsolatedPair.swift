import Packet
import Ports

/// A guest on one end of a veth pair, a host with addresses, services and another network on the
/// other: everything that a host without isolation would answer.
struct IsolatedPair {
    let rig: NetworkRig
    let host: String
    let guest: String
    let behind: String
    let hostMAC: [UInt8]
    let guestMAC: [UInt8]

    init() throws {
        rig = try NetworkRig()
        host = try rig.makeNamespace()
        guest = try rig.makeNamespace()
        behind = try rig.makeNamespace()
        try Self.silenceIPv6(guest)
        try rig.makePair((host, "port0"), (guest, "guest0"))
        try rig.makePair((host, "out0"), (behind, "far0"))
        hostMAC = try Self.octets("port0", host)
        guestMAC = try Self.octets("guest0", guest)
        try addressHost()
    }

    /// IPv4 and IPv6 addresses, permanent neighbours and forwarding, in the host.
    private func addressHost() throws {
        try rig.ip(host, "addr add 10.1.0.1/24 dev port0")
        try rig.ip(host, "addr add 10.2.0.1/24 dev out0")
        try rig.ip(host, "addr add fd00::1/64 dev port0 nodad")
        try rig.ip(host, "neigh add 10.1.0.2 lladdr \(guestAddress) dev port0 nud permanent")
        try rig.ip(host, "neigh add fd00::2 lladdr \(guestAddress) dev port0 nud permanent")
        try rig.ip(
            host, "neigh add 10.2.0.2 lladdr \(try mac("far0", behind)) dev out0 nud permanent")
        try NetworkRig.run(
            "ip", "netns", "exec", host, "sysctl", "-qw", "net.ipv4.ip_forward=1")
    }

    /// The port as the switch opens it.
    func openPort(adopts: Bool = false) throws -> (port: Endpoint, teardown: PortTeardown) {
        var request = PortRequest("port0", in: host, mode: .netdev)
        request.adoptsExisting = adopts
        let opened = try PortOpener.open(request)
        let teardown = opened.teardown
        return (Endpoint(opened.takeDevice()), teardown)
    }

    /// What a guest may send to make the host answer or forward: a name, the frame.
    var probes: [(name: String, frame: [UInt8])] {
        var v4 = TestFrame.Flow.v4
        (v4.to, v4.from) = (hostMAC, guestMAC)
        var v6 = TestFrame.Flow.v6
        (v6.to, v6.from) = (hostMAC, guestMAC)
        return [
            ("ARP", TestFrame.arpRequest(guestMAC, [10, 1, 0, 2], [10, 1, 0, 1])),
            ("ping", TestFrame.ping(v4)), ("TCP", TestFrame.tcp(v4, flags: 2)),
            ("UDP", TestFrame.udp(v4, byteCount: 8)), ("ping IPv6", TestFrame.ping(v6)),
            ("TCP IPv6", TestFrame.tcp(v6, flags: 2)),
        ]
    }

    /// A packet for the network behind the host.
    var transitProbe: [UInt8] {
        var flow = TestFrame.Flow.v4
        (flow.to, flow.from, flow.destination) = (hostMAC, guestMAC, [10, 2, 0, 2])
        return TestFrame.udp(flow, byteCount: 32)
    }

    var guestAddress: MACAddress {
        MACAddress(rawValue: guestMAC.reduce(0) { $0 << 8 | UInt64($1) })
    }

    private func mac(_ device: String, _ namespace: String) throws -> MACAddress {
        let octets = try Self.octets(device, namespace)
        return MACAddress(rawValue: octets.reduce(0) { $0 << 8 | UInt64($1) })
    }

    private static func octets(_ device: String, _ namespace: String) throws -> [UInt8] {
        TestFrame.octets(try NetworkDevice.inspect(device, in: namespace).mac ?? .zero)
    }

    /// Keeps a namespace's own stack from speaking.
    static func silenceIPv6(_ namespace: String) throws {
        try NetworkRig.run(
            "ip", "netns", "exec", namespace, "sysctl", "-qw",
            "net.ipv6.conf.default.disable_ipv6=1", "net.ipv6.conf.all.disable_ipv6=1")
    }
}
