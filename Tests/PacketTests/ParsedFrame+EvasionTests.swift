import Packet
import Testing

/// A frame that tries to get past the firewall, and how the parser must refuse it.
struct Evasion: Sendable, CustomTestStringConvertible {
    let name: String
    let octets: [UInt8]
    let fault: FrameFault
    var virtio = VirtioNetHeader()

    var testDescription: String { name }
}

/// The evasion matrix of the threat model: link layer (G1, G4), router and neighbour discovery
/// (G3), fragments (G5), TCP and ICMP (G6).
@Suite struct EvasionTests {
    @Test(
        "link layer: tags, lengths, foreign protocols and false sources are refused",
        arguments: link)
    func refusesLink(_ row: Evasion) { check(row) }

    @Test("ARP that is not a plain request or reply is refused", arguments: arp)
    func refusesARP(_ row: Evasion) { check(row) }

    @Test(
        "IPv4: contradictory lengths, source routes and impossible addresses are refused",
        arguments: ipv4)
    func refusesIPv4(_ row: Evasion) { check(row) }

    @Test("IPv6: bad chains, routing headers and addresses of IPv4 are refused", arguments: ipv6)
    func refusesIPv6(_ row: Evasion) { check(row) }

    @Test(
        "fragments: tiny, overlong, nested and header-less ones are refused", arguments: fragments)
    func refusesFragments(_ row: Evasion) { check(row) }

    @Test("transport: impossible flags and lengths are refused", arguments: transport)
    func refusesTransport(_ row: Evasion) { check(row) }

    private func check(_ row: Evasion) {
        #expect(parse(row.octets, row.virtio).fault == row.fault)
        #expect(FrameExercise.violation(row.octets, row.virtio) == nil)
    }
}

extension EvasionTests {
    private static let udp4 = IPv4Builder(ipProtocol: 17, payload: Build.udp(4)).packet

    static let link: [Evasion] = [
        Evasion(name: "nothing", octets: [], fault: .runt),
        Evasion(name: "13 bytes", octets: Array(Build.ethernet(0x0800, [])[..<13]), fault: .runt),
        Evasion(name: "header alone", octets: Build.ethernet(0x0800, []), fault: .ipv4Header),
        Evasion(
            name: "too long", octets: Build.ethernet(0x0800, udp4 + Build.data(65_544)),
            fault: .oversized),
        Evasion(name: "802.1Q", octets: tagged(0x8100), fault: .vlanTagged),
        Evasion(
            name: "802.1Q priority tag", octets: tagged(0x8100, [0xe0, 0]), fault: .vlanTagged),
        Evasion(name: "802.1ad", octets: tagged(0x88a8), fault: .vlanTagged),
        Evasion(name: "QinQ", octets: tagged(0x9100), fault: .vlanTagged),
        Evasion(
            name: "double tag",
            octets: Build.ethernet(0x8100, [0, 5, 0x81, 0, 0, 6, 8, 0] + udp4), fault: .vlanTagged),
        Evasion(
            name: "MPLS", octets: Build.ethernet(0x8847, [0, 1, 1, 64] + udp4), fault: .etherType),
        Evasion(
            name: "LLC/SNAP",
            octets: Build.ethernet(60, [0xaa, 0xaa, 3, 0, 0, 0, 8, 0] + udp4), fault: .etherType),
        Evasion(
            name: "LLC NetBIOS", octets: Build.ethernet(46, [0xf0, 0xf0, 3] + Build.data(43)),
            fault: .etherType),
        Evasion(name: "LLDP", octets: Build.ethernet(0x88cc, Build.data(46)), fault: .etherType),
        Evasion(name: "802.1X", octets: Build.ethernet(0x888e, Build.data(46)), fault: .etherType),
        Evasion(name: "PPPoE", octets: Build.ethernet(0x8864, Build.data(46)), fault: .etherType),
        Evasion(name: "MACsec", octets: Build.ethernet(0x88e5, Build.data(46)), fault: .etherType),
        Evasion(name: "RARP", octets: Build.ethernet(0x8035, Build.data(46)), fault: .etherType),
        Evasion(
            name: "IPv6 in the IPv4 type",
            octets: Build.ethernet(
                0x0800, IPv6Builder(nextHeader: 17, payload: Build.udp(4)).packet),
            fault: .ipv4Header),
        Evasion(
            name: "IPv4 in the IPv6 type", octets: Build.ethernet(0x86dd, udp4),
            fault: .ipv6Header),
        Evasion(
            name: "from a group",
            octets: Build.ethernet(0x0800, udp4, from: [1, 0, 0x5e, 0, 0, 1]),
            fault: .sourceMAC),
        Evasion(
            name: "from everybody",
            octets: Build.ethernet(0x0800, udp4, from: [UInt8](repeating: 255, count: 6)),
            fault: .sourceMAC),
        Evasion(
            name: "from nobody",
            octets: Build.ethernet(0x0800, udp4, from: [UInt8](repeating: 0, count: 6)),
            fault: .sourceMAC),
    ]

    private static func tagged(_ type: UInt16, _ tag: [UInt8] = [0, 5]) -> [UInt8] {
        Build.ethernet(type, tag + [8, 0] + udp4)
    }

    static let arp: [Evasion] = [
        message("hardware type", 1, 6),
        message("protocol type", 2, 0x86),
        message("hardware length", 4, 8),
        message("protocol length", 5, 16),
        message("operation zero", 7, 0),
        message("reverse request", 7, 3),
        message("inverse request", 7, 8),
        message("operation above 255", 6, 1),
        message("group sender", 8, 0x53),
        message("sender 224.0.0.1", 14, 224),
        Evasion(
            name: "sender 255.255.255.255",
            octets: Build.ethernet(
                0x0806,
                Array(ParsedFrameTests.arpRequest[..<14]) + [255, 255, 255, 255]
                    + ParsedFrameTests.arpRequest[18...]), fault: .arp),
        Evasion(
            name: "cut", octets: Build.ethernet(0x0806, Array(ParsedFrameTests.arpRequest[..<27])),
            fault: .arp),
    ]

    /// The plain ARP request with one byte changed.
    private static func message(_ name: String, _ index: Int, _ value: UInt8) -> Evasion {
        var message = ParsedFrameTests.arpRequest
        message[index] = value
        return Evasion(name: name, octets: Build.ethernet(0x0806, message), fault: .arp)
    }
}
