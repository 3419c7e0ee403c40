import Foundation
import Packet
import Ports
import Testing

/// The host's stack on a guest's device, before, during and after isolation.
struct HostIsolationTests {
    private let pair: IsolatedPair
    private let guest: Endpoint

    init() throws {
        pair = try IsolatedPair()
        guest = try Endpoint("guest0", in: pair.guest)
        _ = guest.receive(milliseconds: 100)
    }

    @Test("without isolation the host answers and forwards, with it neither, and after it again")
    func cutsTheHostOff() throws {
        try expectAnswers(true)
        let (port, teardown) = try pair.openPort()
        try expectAnswers(false)
        #expect(!port.receive(milliseconds: 50).isEmpty, "our socket sees what the host does not")
        port.close()
        try expectAnswers(false)
        try teardown.undo()
        // Disabling IPv6 removed the host's address; the rest is as it was.
        try pair.rig.ip(pair.host, "addr add fd00::1/64 dev port0 nodad")
        try pair.rig.ip(pair.host, "neigh replace fd00::2 lladdr \(pair.guestAddress) dev port0")
        try expectAnswers(true)
    }

    @Test("what the host sends of itself does not reach the guest; what the port sends does")
    func passesMarkedFramesAlone() throws {
        let (port, _) = try pair.openPort()
        _ = guest.receive(milliseconds: 300)
        try sendFromHost()
        #expect(guest.receive(1, milliseconds: 300).isEmpty)
        let frame = TestFrame.plain()
        #expect(port.send(frame) == .sent)
        #expect(guest.receive(1).map(\.bytes) == [frame])
        #expect(port.receive(1, milliseconds: 50).isEmpty, "what we send does not come back")
    }

    @Test("without isolation what the host sends reaches the guest")
    func seesTheHostWithout() throws {
        try sendFromHost()
        #expect(guest.receive(1, where: { $0.bytes[12...13] == [8, 0] }).count == 1)
    }

    @Test(
        "a device that is down when it is attached never lets the host out, not even as it comes up"
    )
    func isolatesBeforeUp() throws {
        try pair.rig.ip(pair.host, "link set port0 down")
        _ = guest.receive(milliseconds: 100)
        let (port, _) = try pair.openPort()
        #expect(try NetworkDevice.inspect("port0", in: pair.host).isUp)
        #expect(try inHost(["sysctl", "-n", "net.ipv6.conf.port0.disable_ipv6"]) == "1\n")
        #expect(guest.receive(1, milliseconds: 1_500).isEmpty, "no DAD, no MLD, no RS")
        #expect(guest.send(TestFrame.plain()) == .sent)
        #expect(port.receive(1).count == 1)
    }

    @Test(
        "undoing restores IPv6, the link's state and the queueing disciplines",
        arguments: [
            (up: true, ipv6: true, clsact: true), (up: true, ipv6: true, clsact: false),
            (up: false, ipv6: true, clsact: false), (up: true, ipv6: false, clsact: false),
            (up: false, ipv6: false, clsact: true),
        ])
    func restores(up: Bool, ipv6: Bool, clsact: Bool) throws {
        try prepare(up: up, ipv6: ipv6, clsact: clsact)
        let before = try state()
        let (port, _) = try pair.openPort()
        #expect(try state() != before)
        port.close()
        // As a daemon does that crashed: opened again, then undone from three values.
        _ = try pair.openPort(adopts: true)
        try PortTeardown(device: "port0", namespace: pair.host, mode: .netdev).undo()
        #expect(try state() == before)
        try PortTeardown(device: "port0", namespace: pair.host, mode: .netdev).undo()
        #expect(try state() == before)
    }

    @Test("filters of others stay, and so does their discipline")
    func leavesOthers() throws {
        let (_, teardown) = try pair.openPort()
        let other = "tc filter add dev port0 egress prio 9 handle 5 bpf bytecode 1,6~0~0~0"
        try inHost(other.split(separator: " ").map { String($0.replacing("~", with: " ")) })
        try teardown.undo()
        let control = try Self.control(of: "port0", in: pair.host)
        #expect(control.kind == "clsact")
        #expect(control.egress == [5])
    }

    @Test("an ingress discipline that is no clsact is refused, and nothing is left behind")
    func refusesForeignIngress() throws {
        try inHost(["tc", "qdisc", "add", "dev", "port0", "ingress"])
        let before = try state()
        #expect(throws: PortError(.isolate, "port0", .ingressTaken)) {
            _ = try pair.openPort()
        }
        #expect(try state() == before)
    }
}

extension HostIsolationTests {
    private func expectAnswers(_ expected: Bool) throws {
        for probe in pair.probes {
            #expect(guest.send(probe.frame) == .sent)
            let answers = guest.receive(1, milliseconds: expected ? 1_000 : 100) {
                Array($0.bytes[0..<6]) == pair.guestMAC
            }
            #expect(answers.isEmpty != expected, "\(probe.name)")
        }
        let beyond = try Endpoint("far0", in: pair.behind)
        #expect(guest.send(pair.transitProbe) == .sent)
        let forwarded = beyond.receive(1, milliseconds: expected ? 1_000 : 100) {
            $0.bytes.count > 40 && $0.bytes[23] == 17
        }
        #expect(forwarded.isEmpty != expected, "forwarding")
    }

    private static func control(
        of device: String, in namespace: String
    ) throws -> (kind: String?, egress: [UInt32]) {
        try NetworkRig.inside(namespace) { () throws(PortError) in
            let found = try NetworkDevice.inspect(device)
            let control = try TrafficControl(DeviceName(device), index: found.index)
            return (try control.ingressKind(), try control.filters(at: .egress).map(\.handle))
        }
    }

    private func sendFromHost() throws {
        _ = try? inHost(["ping", "-c", "1", "-W", "1", "10.1.0.2"])
        _ = try? inHost(["ping", "-c", "1", "-W", "1", "fd00::2"])
    }

    private func prepare(up: Bool, ipv6: Bool, clsact: Bool) throws {
        let setting = "net.ipv6.conf.port0.disable_ipv6=\(ipv6 ? 0 : 1)"
        try inHost(["sysctl", "-qw", setting])
        try pair.rig.ip(pair.host, "link set port0 \(up ? "up" : "down")")
        if clsact { try inHost(["tc", "qdisc", "add", "dev", "port0", "clsact"]) }
    }

    /// Everything that isolation touches, as text.
    private func state() throws -> String {
        let device = try NetworkDevice.inspect("port0", in: pair.host)
        let words = [
            "qdisc show dev port0", "filter show dev port0 ingress", "filter show dev port0 egress",
        ]
        let lists = try words.map {
            try inHost(["tc"] + $0.split(separator: " ").map(String.init))
        }
        let ipv6 = try inHost(["sysctl", "-n", "net.ipv6.conf.port0.disable_ipv6"])
        return "up \(device.isUp) ipv6 \(ipv6) \(lists.joined(separator: " | "))"
    }

    @discardableResult private func inHost(_ words: [String]) throws -> String {
        try NetworkRig.run("ip", ["netns", "exec", pair.host] + words)
    }
}
