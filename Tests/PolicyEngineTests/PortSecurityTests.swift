import Packet
import PolicyEngine
import Telemetry
import Testing

@Suite struct PortSecurityTests {
    static let own4 = "10.0.0.1", own6 = "fd00::1", local = "fe80::5054:ff:fe00:1"

    /// What the port of 10.0.0.1 and fd00::1 says to `frame`.
    static func fault(_ frame: [UInt8], _ binding: PortBinding) throws -> DropReason? {
        let parsed = ParsedFrame(frame.span.bytes, virtio: VirtioNetHeader())
        if parsed.fault == .ipv4Header { return .ipv4Header }  // the parser's own refusal
        try #require(parsed.fault == .none, "the frame itself is faulty: \(parsed.fault)")
        let port = PortNumber(rawValue: 3)
        let table = BindingTable([port: binding, PortNumber(rawValue: 1): PortBinding(mac: .zero)])
        guard let view = table.view(of: port) else { return .noSnapshot }
        return PortSecurity.fault(parsed, frame.span.bytes, view)
    }

    static func bound(_ addresses: [String], anyAddress: Bool = false) throws -> PortBinding {
        PortBinding(
            mac: SpoofFrame.mac, addresses: try addresses.map { try ip($0) },
            anyAddress: anyAddress)
    }

    private func packet(_ from: String, _ to: String, _ ipProtocol: UInt8, _ payload: [UInt8])
        throws -> [UInt8]
    {
        SpoofFrame.ip((try ip(from), try ip(to)), ipProtocol, payload)
    }

    @Test(
        "a frame of the bound MAC and address passes; every other source is refused",
        arguments: [
            (own4, "192.0.2.1", nil), (own6, "2001:db8::1", nil), (local, "fe80::2", nil),
            (own4, "255.255.255.255", nil), (own4, "224.0.0.1", nil),
            ("10.0.0.2", "192.0.2.1", .spoofedIP), ("fd00::2", "2001:db8::1", .spoofedIP),
            ("fe80::5054:ff:fe00:2", "fe80::2", .spoofedIP), ("fe80::1", "fe80::2", .spoofedIP),
            ("0.0.0.0", "192.0.2.1", .spoofedIP), ("127.0.0.1", "192.0.2.1", .ipv4Header),
            ("255.255.255.255", "192.0.2.1", .ipv4Header), ("0.1.2.3", "192.0.2.1", .spoofedIP),
            ("::", "2001:db8::1", .spoofedIP),
        ] as [(String, String, DropReason?)])
    func judgesSources(from: String, to: String, expected: DropReason?) throws {
        let binding = try Self.bound([Self.own4, Self.own6])
        let frame = try packet(from, to, 17, SpoofFrame.udp(1000, 2000))
        #expect(try Self.fault(frame, binding) == expected)
        var spoofed = frame
        spoofed.replaceSubrange(6..<12, with: SpoofFrame.octets(SpoofFrame.otherMAC))
        #expect(
            try Self.fault(spoofed, binding) == (expected == .ipv4Header ? expected : .spoofedMAC))
    }

    @Test("every bit of the source MAC and of the source address counts", arguments: [own4, own6])
    func flipsEveryBit(own: String) throws {
        let binding = try Self.bound([Self.own4, Self.own6])
        let frame = try packet(own, own == Self.own4 ? "192.0.2.1" : "fd00::9", 47, [1, 2, 3, 4])
        #expect(try Self.fault(frame, binding) == nil)
        for bit in 0..<48 {
            var spoofed = frame
            spoofed[6 + bit / 8] ^= 1 << UInt8(bit % 8)
            let parsed = ParsedFrame(spoofed.span.bytes, virtio: VirtioNetHeader())
            guard parsed.fault == .none else { continue }  // the group bit
            #expect(try Self.fault(spoofed, binding) == .spoofedMAC)
        }
        for bit in 0..<(own == Self.own4 ? 32 : 128) {
            let address = try ip(own)
            let flip = IPAddress(
                high: bit < 64 ? 0 : 1 << UInt64(bit - 64), low: bit < 64 ? 1 << UInt64(bit) : 0)
            let other = IPAddress(high: address.high ^ flip.high, low: address.low ^ flip.low)
            let spoofed = SpoofFrame.ip((other, try ip(own)), 47, [1, 2, 3, 4])
            guard ParsedFrame(spoofed.span.bytes, virtio: VirtioNetHeader()).fault == .none else {
                continue
            }
            #expect(try Self.fault(spoofed, binding) == .spoofedIP, "bit \(bit)")
        }
    }

    @Test("a port of one family may not speak the other; one without addresses speaks neither")
    func separatesFamilies() throws {
        let udp = SpoofFrame.udp(1, 2)
        let v4 = try packet(Self.own4, "192.0.2.1", 17, udp)
        let v6 = try packet(Self.local, "fe80::2", 17, udp)
        let discover = try packet("0.0.0.0", "255.255.255.255", 17, SpoofFrame.udp(68, 67))
        let only4 = try Self.bound([Self.own4])
        let only6 = try Self.bound([Self.own6])
        #expect(try Self.fault(v4, only4) == nil && Self.fault(v6, only4) == .spoofedIP)
        #expect(try Self.fault(v6, only6) == nil && Self.fault(v4, only6) == .spoofedIP)
        let none = try Self.bound([])
        for frame in [v4, v6, discover] { #expect(try Self.fault(frame, none) == .spoofedIP) }
        #expect(try Self.fault(discover, only6) == .spoofedIP)
    }

    @Test(
        "a port of every address may use any but those that no host has",
        arguments: [
            ("198.51.100.7", nil), ("2001:db8::7", nil), ("fe80::7", nil),
            ("127.0.0.1", .ipv4Header),
            ("127.255.0.1", .ipv4Header), ("0.0.0.0", .spoofedIP), ("0.0.0.1", .spoofedIP),
            ("255.255.255.255", .ipv4Header), ("::", .spoofedIP),
        ] as [(String, DropReason?)])
    func boundsAnyAddress(from: String, expected: DropReason?) throws {
        let to = from.contains(":") ? "2001:db8::1" : "192.0.2.1"
        let frame = try packet(from, to, 17, SpoofFrame.udp(1, 2))
        #expect(try Self.fault(frame, try Self.bound([], anyAddress: true)) == expected)
    }

    @Test(
        "a frame without an address is a DHCP client's broadcast, or listener control",
        arguments: [
            ("255.255.255.255", 68, 67, nil), ("10.0.0.9", 68, 67, .spoofedIP),
            ("255.255.255.255", 68, 68, .spoofedIP), ("255.255.255.255", 69, 67, .spoofedIP),
        ] as [(String, UInt16, UInt16, DropReason?)])
    func admitsDHCPClients(to: String, from: UInt16, port: UInt16, expected: DropReason?) throws {
        let frame = try packet("0.0.0.0", to, 17, SpoofFrame.udp(from, port))
        #expect(try Self.fault(frame, try Self.bound([Self.own4])) == expected)
    }

    @Test("a listener report may have no source yet (RFC 3590)")
    func admitsListenerReports() throws {
        let report: [UInt8] = [143, 0, 0, 0, 0, 0, 0, 0]
        let frame = try packet("::", "ff02::16", 58, report)
        #expect(try Self.fault(frame, try Self.bound([Self.own6])) == nil)
        #expect(try Self.fault(frame, try Self.bound([Self.own4])) == .spoofedIP)
    }

    @Test("a DHCPv6 client speaks from its link-local address")
    func admitsDHCPv6Clients() throws {
        let frame = try packet(Self.local, "ff02::1:2", 17, SpoofFrame.udp(546, 547))
        #expect(try Self.fault(frame, try Self.bound([Self.own6])) == nil)
    }

    @Test(
        "only an entitled port may answer DHCP clients",
        arguments: [
            (own4, "255.255.255.255", 67, 68), (own4, "10.0.0.9", 4000, 68),
            (local, "fe80::9", 547, 546),
        ] as [(String, String, UInt16, UInt16)])
    func refusesRogueDHCP(from: String, to: String, source: UInt16, port: UInt16) throws {
        let frame = try packet(from, to, 17, SpoofFrame.udp(source, port))
        let binding = try Self.bound([Self.own4, Self.own6])
        #expect(try Self.fault(frame, binding) == .rogueDHCP)
        let server = binding.entitled(by: ["vswitch/dhcp-server": "true"])
        #expect(try Self.fault(frame, server) == nil)
        let router = binding.entitled(by: ["vswitch/router": "true"])
        #expect(try Self.fault(frame, router) == .rogueDHCP)
    }

    @Test(
        "only an entitled port may redirect or advertise routes by ICMP",
        arguments: [5, 9] as [UInt8])
    func refusesRogueRoutes(type: UInt8) throws {
        let frame = try packet(Self.own4, "10.0.0.9", 1, [type, 0, 0, 0, 10, 0, 0, 1])
        let binding = try Self.bound([Self.own4])
        #expect(try Self.fault(frame, binding) == .rogueRouter)
        #expect(try Self.fault(frame, binding.entitled(by: ["vswitch/router": "yes"])) == nil)
    }
}
