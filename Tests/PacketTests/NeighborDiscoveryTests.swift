import Packet
import Testing

@Suite struct NeighborDiscoveryTests {
    @Test("a captured solicitation and advertisement yield target and link-layer addresses")
    func readsCaptured() throws {
        let asks = try CorpusFrame.named("icmp6-neighbor-solicitation")
        let bytes = asks.octets.span.bytes
        let message = parse(asks.octets).neighborDiscovery(in: bytes)
        #expect(message?.kind == .neighborSolicitation)
        #expect(message?.target.description == "fd00::2")
        #expect(message?.sourceLinkLayer?.description == "52:54:00:00:00:01")
        #expect(message?.targetLinkLayer == nil)
        let tells = try CorpusFrame.named("icmp6-neighbor-advertisement")
        let answer = parse(tells.octets).neighborDiscovery(in: tells.octets.span.bytes)
        #expect(answer?.kind == .neighborAdvertisement)
        #expect(answer?.targetLinkLayer?.description == "52:54:00:00:00:02")
        #expect(answer?.isSolicited == true)
        #expect(answer?.description == "neighborAdvertisement for fd00::2")
    }

    /// A message and what makes it valid or not.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var message: [UInt8]
        var source = Build.aliceLocal
        var destination = Build.allNodes
        var hopLimit: UInt8 = 255

        var fault: FrameFault {
            parse(
                IPv6Builder(
                    nextHeader: 58, hopLimit: hopLimit, source: source, destination: destination,
                    payload: message
                ).frame
            ).fault
        }
    }

    private static let nobody = [UInt8](repeating: 0, count: 16)
    private static let solicited: [UInt8] = [0xff, 2] + zeros(9) + [1, 0xff, 0, 0, 2]
    private static let linkOption: [UInt8] = [1, 1] + Build.alice
    private static let ask: [UInt8] = [135, 0, 0, 0] + zeros(4) + Build.bob6
    private static let tell: [UInt8] = [136, 0, 0, 0] + zeros(4) + Build.alice6
    private static let router: [UInt8] = [134, 0, 0, 0] + zeros(12)
    private static let redirect: [UInt8] = [137, 0, 0, 0] + zeros(4)

    static let accepted: [Row] = [
        Row(testDescription: "solicitation", message: ask),
        Row(
            testDescription: "address detection", message: ask, source: nobody,
            destination: solicited),
        Row(testDescription: "advertisement to all", message: tell),
        Row(
            testDescription: "router solicitation",
            message: [133, 0, 0, 0] + zeros(4) + linkOption),
        Row(
            testDescription: "router solicitation from nobody",
            message: [133, 0, 0, 0] + zeros(4),
            source: nobody),
        Row(testDescription: "router", message: router + linkOption + [5, 1] + zeros(6)),
        Row(testDescription: "on-link redirect", message: redirect + Build.bob6 + Build.bob6),
        Row(testDescription: "32 options", message: ask + repeated([14, 1] + zeros(6), 32)),
    ]

    @Test("messages that RFC 4861 allows are sound", arguments: accepted)
    func accepts(_ row: Row) {
        #expect(row.fault == .none)
    }

    static let refused: [Row] = [
        Row(testDescription: "through a router", message: ask, hopLimit: 254),
        Row(testDescription: "code 1", message: [135, 1] + ask[2...]),
        Row(testDescription: "cut", message: Array(ask[..<23])),
        Row(testDescription: "asks for a group", message: Array(ask[..<8]) + Build.allNodes),
        Row(testDescription: "tells a group", message: Array(tell[..<8]) + Build.allNodes),
        Row(testDescription: "detection to all", message: ask, source: nobody),
        Row(
            testDescription: "detection with an address", message: ask + linkOption,
            source: nobody,
            destination: solicited),
        Row(testDescription: "solicited, to all", message: [136, 0, 0, 0, 0x40] + tell[5...]),
        Row(testDescription: "router from afar", message: router, source: Build.alice6),
        Row(
            testDescription: "router solicitation from nobody with an address",
            message: [133, 0, 0, 0] + zeros(4) + linkOption, source: nobody),
        Row(
            testDescription: "redirect from afar", message: redirect + Build.bob6 + Build.bob6,
            source: Build.alice6),
        Row(
            testDescription: "redirect of a group",
            message: redirect + Build.aliceLocal + Build.allNodes),
        Row(testDescription: "redirect to afar", message: redirect + Build.bob6 + Build.alice6),
    ]

    @Test("messages that RFC 4861 has discarded are refused", arguments: refused)
    func refuses(_ row: Row) {
        #expect(row.fault == .icmp)
    }

    static let malformed: [Row] = [
        Row(testDescription: "length 0", message: ask + [14, 0] + zeros(6)),
        Row(testDescription: "beyond the end", message: ask + [14, 2] + zeros(6)),
        Row(testDescription: "a rest of 4 bytes", message: ask + linkOption + zeros(4)),
        Row(testDescription: "address twice", message: ask + linkOption + linkOption),
        Row(
            testDescription: "target twice", message: tell + repeated([2, 1] + Build.alice, 2)),
        Row(
            testDescription: "address of 14 bytes",
            message: ask + [1, 2] + Build.alice + zeros(8)),
        Row(testDescription: "group address", message: ask + [1, 1, 0x33, 0x33, 0, 0, 0, 1]),
        Row(testDescription: "no address", message: ask + [1, 1] + zeros(6)),
        Row(testDescription: "33 options", message: ask + repeated([14, 1] + zeros(6), 33)),
    ]

    @Test("malformed options are refused", arguments: malformed)
    func refusesOptions(_ row: Row) {
        #expect(row.fault == .icmp)
    }

    @Test("a redirect yields both addresses, router messages yield none")
    func readsTargets() {
        let frame = SampleFrame.discovery[3].octets
        let message = parse(frame).neighborDiscovery(in: frame.span.bytes)
        #expect(message?.target == IPAddress("fe80::5054:ff:fe00:1"))
        #expect(message?.redirected == IPAddress("fd00::2"))
        let other = SampleFrame.discovery[2].octets
        let router = parse(other).neighborDiscovery(in: other.span.bytes)
        #expect(router?.target == .unspecified && router?.redirected == .unspecified)
    }

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
    private static func repeated(_ unit: [UInt8], _ count: Int) -> [UInt8] {
        (0..<count).flatMap { _ in unit }
    }
}
