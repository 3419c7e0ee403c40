import Packet

/// A sound frame of each kind, to be damaged by hostile tests.
struct SampleFrame: Sendable, CustomStringConvertible {
    let description: String
    let octets: [UInt8]
    var virtio = VirtioNetHeader()

    /// One of each.
    static let all = ipv4 + ipv6 + discovery + superFrames

    static let ipv4 = [
        SampleFrame(
            description: "arp", octets: Build.ethernet(0x0806, ParsedFrameTests.arpRequest)),
        of4("syn", 6, Build.tcp(.syn, options: [2, 4, 5, 0xb4])),
        of4("data", 6, Build.tcp([.psh, .ack], payload: 33)),
        of4("udp", 17, Build.udp(21)),
        of4("ping", 1, Build.icmp(8) + Build.data(16)),
        of4("unreachable", 1, Build.icmp(3, 1, [0, 0, 0, 0]) + quoted4),
        of4("sctp", 132, Build.data(28)),
        of4("gre", 47, Build.data(8)),
        SampleFrame(
            description: "igmp",
            octets: IPv4Builder(ipProtocol: 2, options: [148, 4, 0, 0], payload: Build.data(8))
                .frame),
        SampleFrame(
            description: "first fragment",
            octets: IPv4Builder(
                fragment: 0x2000, ipProtocol: 17, payload: Build.udp(24, length: 900)
            )
            .frame),
        SampleFrame(
            description: "later fragment",
            octets: IPv4Builder(fragment: 0x0010, ipProtocol: 17, payload: Build.data(30)).frame),
    ]

    static let ipv6 = [
        of6("tcp6", 6, Build.tcp(.ack, payload: 40)),
        of6(
            "udp6 behind options", 0,
            [60, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4, 0, 0, 0, 0] + Build.udp(9)),
        of6("ping6", 58, Build.icmp(128) + Build.data(8)),
        of6("too big", 58, Build.icmp(2, 0, [0, 0, 5, 0]) + quoted6),
        of6("authenticated", 51, [6, 4, 0, 0] + Build.data(20) + Build.tcp(.syn)),
        of6("first fragment6", 44, [17, 0, 0, 1, 0, 0, 0, 7] + Build.udp(24, length: 900)),
        of6("later fragment6", 44, [17, 0, 0, 0x40, 0, 0, 0, 7] + Build.data(30)),
        of6("atomic fragment", 44, [6, 0, 0, 0, 0, 0, 0, 7] + Build.tcp(.syn)),
    ]

    static let discovery = [
        nd("solicitation", [135, 0, 0, 0, 0, 0, 0, 0] + Build.bob6 + [1, 1] + Build.alice),
        nd("advertisement", [136, 0, 0, 0, 0x20, 0, 0, 0] + Build.alice6 + [2, 1] + Build.alice),
        nd(
            "router",
            [134, 0, 0, 0, 64, 0, 7, 8] + [UInt8](repeating: 0, count: 8) + [1, 1] + Build.alice),
        nd("redirect", [137, 0, 0, 0, 0, 0, 0, 0] + Build.aliceLocal + Build.bob6),
    ]

    static let superFrames = [
        SampleFrame(
            description: "tso4", octets: of4("", 6, Build.tcp([.psh, .ack], payload: 300)).octets,
            virtio: .tcp(start: 34, gsoType: VirtioNetHeader.gsoTCPv4, gsoSize: 100)),
        SampleFrame(
            description: "tso6", octets: of6("", 6, Build.tcp([.ack, .cwr], payload: 250)).octets,
            virtio: .tcp(start: 54, gsoType: VirtioNetHeader.gsoTCPv6 | 0x80, gsoSize: 64)),
        SampleFrame(
            description: "uso4", octets: of4("", 17, Build.udp(200)).octets,
            virtio: .udp(start: 34, gsoType: VirtioNetHeader.gsoUDPL4, gsoSize: 48)),
        SampleFrame(
            description: "uso6", octets: of6("", 17, Build.udp(201)).octets,
            virtio: .udp(start: 54, gsoType: VirtioNetHeader.gsoUDPL4, gsoSize: 99)),
    ]

    /// A packet from Bob to Alice, as quoted by an error that Alice sends to Bob.
    static let quoted4 = IPv4Builder(
        ipProtocol: 17, source: [10, 0, 0, 2], destination: [10, 0, 0, 1], payload: Build.udp(4)
    ).packet
    static let quoted6 = IPv6Builder(
        nextHeader: 6, source: Build.bob6, destination: Build.alice6, payload: Build.tcp(.ack)
    ).packet

    static func of4(_ name: String, _ ipProtocol: UInt8, _ payload: [UInt8]) -> SampleFrame {
        SampleFrame(
            description: name, octets: IPv4Builder(ipProtocol: ipProtocol, payload: payload).frame)
    }

    static func of6(_ name: String, _ nextHeader: UInt8, _ payload: [UInt8]) -> SampleFrame {
        SampleFrame(
            description: name, octets: IPv6Builder(nextHeader: nextHeader, payload: payload).frame)
    }

    /// A neighbour discovery message from Alice's link-local address to all nodes.
    static func nd(_ name: String, _ message: [UInt8]) -> SampleFrame {
        SampleFrame(
            description: name,
            octets: IPv6Builder(
                nextHeader: 58, hopLimit: 255, source: Build.aliceLocal,
                destination: Build.allNodes, payload: message
            ).frame)
    }
}
