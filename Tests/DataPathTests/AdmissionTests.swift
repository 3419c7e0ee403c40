import DataPath
import Packet
import PolicyEngine
import Ports
import Telemetry
import Testing

/// The hostile host with a valid key: whatever it seals, it speaks for its own VMs only.
@Suite(.serialized) struct AdmissionTests {
    /// UDP from station 2 to station 1, after `change`.
    private func forged(_ change: (inout FrameBuilder) -> Void) -> MemoryFrame {
        var builder = FrameBuilder(2, 1)
        change(&builder)
        return builder.udp(5_000, 53)
    }

    private func forged6(_ change: (inout IPv6FrameBuilder) -> Void) -> MemoryFrame {
        var builder = IPv6FrameBuilder(2, 1)
        change(&builder)
        return builder.udp(5_000, 53)
    }

    private func ip(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    private func mac(_ rawValue: UInt64) -> MACAddress { MACAddress(rawValue: rawValue) }

    @Test("a host cannot speak with the MAC address of anyone but its own VMs")
    func refusesForeignMACs() async throws {
        let third = FrameBuilder.Station(3)
        try await RawHostRig().expectRefused([
            Lie("a VM of another host", frame: FrameBuilder(3, 1).udp(5_000, 53)),
            Lie("its MAC address alone", frame: forged { $0.source.mac = third.mac }),
            Lie("a guest here", frame: FrameBuilder(4, 1).udp(5_000, 53)),
            Lie("the receiver itself", frame: FrameBuilder(1, 1).udp(5_000, 53)),
            Lie("nobody", frame: forged { $0.source.mac = mac(0x02_0000_0000_63) }),
            Lie("one bit off", frame: forged { $0.source.mac = mac(0x0200_0001_0002) }),
            Lie("a group", frame: forged { $0.source.mac = mac(0x0100_5e00_0001) }, .sourceMAC),
            Lie("all", frame: forged { $0.source.mac = .broadcast }, .sourceMAC),
            Lie("zero", frame: forged { $0.source.mac = .zero }, .sourceMAC),
        ])
    }

    @Test("a host cannot speak with the IPv4 address of anyone but its own VMs")
    func refusesForeignIPv4() async throws {
        let addresses: [(String, String, DropReason)] = [
            ("a VM of another host", "10.0.0.3", .binding), ("a guest here", "10.0.0.4", .binding),
            ("the receiver", "10.0.0.1", .binding), ("nobody", "10.0.0.99", .binding),
            ("this host", "10.98.0.1", .binding), ("that host", "10.98.0.2", .binding),
            ("no address", "0.0.0.0", .binding), ("loopback", "127.0.0.1", .ipv4Header),
            ("a group", "224.0.0.1", .ipv4Header), ("all", "255.255.255.255", .ipv4Header),
        ]
        try await RawHostRig().expectRefused(
            try addresses.map { name, text, reason in
                let address = try ip(text)
                return Lie(name, frame: forged { $0.source.ip = address }, reason)
            })
    }

    @Test("a host cannot speak with the IPv6 address of anyone but its own VMs")
    func refusesForeignIPv6() async throws {
        let addresses: [(String, String, DropReason)] = [
            ("a VM of another host", "fd00::3", .binding), ("a guest here", "fd00::4", .binding),
            ("the receiver", "fd00::1", .binding), ("nobody", "fd00::63", .binding),
            ("link-local of another", "fe80::3", .binding), ("no address", "::", .binding),
            ("loopback", "::1", .ipv6Header), ("a group", "ff02::1", .ipv6Header),
        ]
        let mapped = IPAddress(high: 0, low: 0xffff_0a00_0003)
        try await RawHostRig().expectRefused(
            try addresses.map { name, text, reason in
                let address = try ip(text)
                return Lie(name, frame: forged6 { $0.source.ip = address }, reason)
            } + [Lie("mapped IPv4", frame: forged6 { $0.source.ip = mapped }, .ipv6Header)])
    }

    /// A question of station 2 for station 1's address with `bytes` at `offset` of its ARP message.
    private func arp(_ offset: Int, _ bytes: [UInt8], isReply: Bool = false) -> MemoryFrame {
        var frame = FrameBuilder(2, 1).arpRequest()
        let start = 14 + offset
        frame.bytes.replaceSubrange(start..<(start + bytes.count), with: bytes)
        if isReply { frame.bytes[21] = 2 }
        return frame
    }

    @Test("a host cannot claim addresses of others by ARP")
    func refusesForeignARP() async throws {
        let (third, fourth) = (FrameBuilder.Station(3), FrameBuilder.Station(4))
        let probe = [0, 0, 0, 0] + [UInt8](repeating: 0, count: 6) + octets(fourth.ip)
        try await RawHostRig().expectRefused([
            Lie("sender hardware", frame: arp(8, octets(third.mac))),
            Lie("sender protocol", frame: arp(14, octets(third.ip))),
            Lie("a guest here", frame: arp(14, octets(fourth.ip))),
            Lie("the one asked", frame: arp(14, octets(FrameBuilder.Station(1).ip))),
            Lie("an answer", frame: arp(14, octets(third.ip), isReply: true)),
            Lie("both", frame: arp(8, octets(third.mac) + octets(third.ip), isReply: true)),
            Lie("a probe for another's", frame: arp(14, probe)),
            Lie("malformed", frame: arp(4, [7]), .arp),
        ])
    }

    @Test("a host cannot claim addresses of others by neighbour discovery, nor be a router")
    func refusesForeignDiscovery() async throws {
        let (own, other) = (IPv6FrameBuilder.station(2), IPv6FrameBuilder.station(3))
        let builder = IPv6FrameBuilder(2, 1)
        try await RawHostRig().expectRefused([
            Lie("target of another", frame: builder.advertisement(of: other.ip, at: own.mac)),
            Lie("target link-layer", frame: builder.advertisement(of: own.ip, at: other.mac)),
            Lie(
                "a guest's target",
                frame: builder.advertisement(of: IPv6FrameBuilder.station(4).ip, at: own.mac)),
            Lie(
                "source link-layer",
                frame: builder.solicitation(of: IPv6FrameBuilder.station(1).ip, from: other.mac)),
            Lie("taking an address", frame: builder.duplicateProbe(of: other.ip)),
            Lie("a router", frame: builder.routerAdvertisement()),
            Lie("an ICMP redirect", frame: FrameBuilder(2, 1).icmp(5, 1, [UInt8](0..<32))),
            Lie("a DHCP server", frame: FrameBuilder(2, 1).udp(67, 68)),
            Lie("a DHCPv6 server", frame: builder.udp(547, 546)),
        ])
    }

    @Test("a host cannot put its VM into another group than the directory does")
    func refusesForeignGroups() async throws {
        let groups: [UInt16] = [0, 6, 8, 0x0700, .max]
        try await RawHostRig().expectRefused(
            groups.map { group in Lie("group \(group)", .groupMismatch) { $0.group = group } })
    }

    @Test("a host that tells no group speaks for the directory's")
    func takesNoGroup() async throws {
        let rig = try RawHostRig()
        try await rig.connect()
        var packet = InnerPacket(FrameBuilder(2, 1).udp(5_000, 53).bytes)
        (packet.flags, packet.group) = (0x08, 99)
        rig.seal(packet.plaintext)
        #expect(try await rig.arrival(1)?.bytes == packet.frame)
    }

    @Test("a host cannot reach a network in which the directory places none of its VMs")
    func refusesForeignNetworks() async throws {
        let crossed = FrameBuilder(2, 5).udp(5_000, 53).bytes
        try await RawHostRig().expectRefused([
            Lie("unknown", .binding) { $0.vni = 99 },
            Lie("the last", .binding) { $0.vni = 0xff_ffff },
            Lie("another's", .binding) { ($0.vni, $0.frame) = (43, crossed) },
            Lie("station 5 from 42", .unknownDestination) { $0.frame = crossed },
            Lie("the hosts' own", .underlay) { $0.vni = 0 },
            Lie("none", .underlay) { $0.flags = 0x80 },
        ])
    }

    @Test("a host cannot use another host's address inside the encryption, nor pass through here")
    func refusesForeignHosts() async throws {
        let (own, third) = (OverlayRig.overlayAddress(0), OverlayRig.overlayAddress(2))
        let (none, guest) = (IPAddress.unspecifiedIPv4, FrameBuilder.Station(1).ip)
        try await RawHostRig().expectRefused([
            Lie("from another host", .allowedIP) { $0.source = third },
            Lie("from this host", .allowedIP) { $0.source = own },
            Lie("from a guest", .allowedIP) { $0.source = FrameBuilder.Station(2).ip },
            Lie("from nobody", .allowedIP) { $0.source = none },
            Lie("to another host", .underlay) { $0.destination = third },
            Lie("to itself", .underlay) { $0.destination = OverlayRig.overlayAddress(1) },
            Lie("to a guest", .underlay) { $0.destination = guest },
            Lie("to all", .underlay) { $0.destination = .broadcastIPv4 },
            Lie("a VM elsewhere", frame: FrameBuilder(2, 3).udp(1, 2), .unknownDestination),
            Lie("its own VM", frame: FrameBuilder(2, 2).udp(1, 2), .unknownDestination),
            Lie("nobody's VM", frame: FrameBuilder(2, 77).udp(1, 2), .unknownDestination),
            Lie(
                "crossed", frame: forged { $0.destination.ip = FrameBuilder.Station(4).ip },
                .unboundDestination),
            Lie(
                "one station by broadcast", frame: forged { $0.destination.mac = .broadcast },
                .unboundDestination),
        ])
    }
}

/// A physical network speaks with any address but those of VMs.
@Suite struct UplinkAdmissionTests {
    /// Stations 1 and 2 are guests, station 4 stands for what is behind the uplink.
    private func rig() throws -> SwitchRig {
        let rig = try SwitchRig(stations: [1, 2])
        try rig.attach(4, uplink: true)
        try rig.apply(SwitchRig.allowAll)
        return rig
    }

    /// Sends from the uplink what station 9 sends to station 1, after `change`.
    private func send(_ rig: SwitchRig, _ change: (inout FrameBuilder) -> Void) {
        var builder = FrameBuilder(9, 1)
        change(&builder)
        rig.send(builder.udp(1, 2), from: 4)
    }

    @Test("nobody outside can pose as a VM, by any address")
    func refusesPosing() throws {
        let rig = try rig()
        let second = FrameBuilder.Station(2)
        send(rig) { $0.source.mac = second.mac }
        send(rig) { $0.source.ip = second.ip }
        #expect(rig.drops(4) == [.spoofedMAC: 1, .spoofedIP: 1])
        var question = FrameBuilder(9, 1).arpRequest()
        question.bytes.replaceSubrange(28..<32, with: octets(second.ip))
        rig.send(question, from: 4)
        question = FrameBuilder(9, 1).arpRequest()
        question.bytes.replaceSubrange(22..<28, with: octets(second.mac))
        rig.send(question, from: 4)
        #expect(rig.drops(4)[.spoofedARP] == 2)
        let outside = IPv6FrameBuilder(9, 1)
        let bound = IPAddress.linkLocal(second.mac)
        rig.send(outside.advertisement(of: bound, at: outside.source.mac), from: 4)
        rig.send(outside.advertisement(of: outside.source.ip, at: second.mac), from: 4)
        rig.send(outside.solicitation(of: bound, from: second.mac), from: 4)
        #expect(rig.drops(4)[.spoofedND] == 3)
        #expect(rig.received(1).isEmpty && rig.received(2).isEmpty && rig.total.isBalanced)
    }

    @Test("strangers outside are heard, and may ask for a VM's address")
    func hearsStrangers() throws {
        let rig = try rig()
        send(rig) { _ in }
        rig.send(FrameBuilder(9, 1).arpRequest(), from: 4)
        let outside = IPv6FrameBuilder(9, 1)
        let bound = IPAddress.linkLocal(FrameBuilder.Station(1).mac)
        rig.send(outside.solicitation(of: bound, from: outside.source.mac), from: 4)
        #expect(rig.received(1).count == 3)
        #expect(rig.drops(4).isEmpty && rig.total.isBalanced)
    }

    @Test("a stranger that poses as a VM moves no address behind the uplink")
    func learnsNothingFromPosing() throws {
        let rig = try rig()
        try rig.attach(5, uplink: true)
        try rig.apply(SwitchRig.allowAll)
        rig.send(FrameBuilder(9, 1).udp(1, 2), from: 4)
        var posing = FrameBuilder(9, 1)
        posing.source.ip = FrameBuilder.Station(2).ip
        rig.send(posing.udp(1, 2), from: 5)
        rig.send(FrameBuilder(1, 9).udp(2, 1), from: 1)
        #expect(rig.received(4).count == 1)
        #expect(rig.received(5).isEmpty)
    }
}
