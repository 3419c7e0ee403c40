import Packet
import Testing

/// What guests may ask for in the virtio-net header (threat model G8), on frames that are sound.
@Suite struct VirtioNetHeaderValidityTests {
    private static let tcp4 = SampleFrame.of4("", 6, Build.tcp([.ack], payload: 1_000)).octets
    private static let tcp6 = SampleFrame.of6("", 6, Build.tcp([.ack], payload: 1_000)).octets
    private static let udp4 = SampleFrame.of4("", 17, Build.udp(1_000)).octets
    private static let ping = SampleFrame.of4("", 1, Build.icmp(8)).octets
    private static let syn = SampleFrame.of4("", 6, Build.tcp(.syn, payload: 1_000)).octets

    /// A sound frame and what its sender asks for it.
    struct Row: Sendable, CustomTestStringConvertible {
        let octets: [UInt8]
        let virtio: VirtioNetHeader
        var testDescription: String { "\(octets.count) bytes, \(virtio)" }

        init(_ octets: [UInt8], _ virtio: VirtioNetHeader) {
            self.octets = octets
            self.virtio = virtio
        }
    }

    static let granted: [Row] = [
        Row(tcp4, VirtioNetHeader()), Row(tcp4, .tcp(start: 34)), Row(tcp6, .tcp(start: 54)),
        Row(udp4, .udp(start: 34)), Row(syn, .tcp(start: 34)), Row(ping, flagged(2)),
        Row(tcp4, flagged(2)),
        Row(tcp4, .tcp(start: 34, gsoType: 1, gsoSize: 500)),
        Row(tcp4, .tcp(start: 34, gsoType: 0x81, gsoSize: 500)),
        Row(tcp6, .tcp(start: 54, gsoType: 4, gsoSize: 48)),
        Row(udp4, .udp(start: 34, gsoType: 5, gsoSize: 8)),
        Row(udp4, .udp(start: 34, gsoType: 5, gsoSize: 65_535)),
    ]

    @Test("what Linux asks for is granted", arguments: granted)
    func grants(_ row: Row) {
        #expect(parse(row.octets, row.virtio).fault == .none)
    }

    static let misplaced: [Row] = [
        Row(tcp4, .tcp(start: 33)), Row(tcp4, .tcp(start: 54)), Row(tcp4, .tcp(start: 0)),
        Row(tcp4, .tcp(start: 65_535)), Row(tcp4, .udp(start: 34)), Row(udp4, .tcp(start: 34)),
        Row(tcp6, .tcp(start: 34)), Row(ping, .tcp(start: 34)), Row(ping, .udp(start: 34)),
        Row(SampleFrame.all[0].octets, .tcp(start: 34)),
    ]

    @Test("a checksum elsewhere than in the transport header is refused", arguments: misplaced)
    func refusesMisplacedChecksum(_ row: Row) {
        #expect(parse(row.octets, row.virtio).fault == .virtioHeader)
    }

    static let refused: [Row] = [
        Row(tcp4, .tcp(start: 34, gsoType: 4, gsoSize: 500)),  // of the other family
        Row(tcp6, .tcp(start: 54, gsoType: 1, gsoSize: 500)),
        Row(tcp4, .tcp(start: 34, gsoType: 5, gsoSize: 500)),  // of another protocol
        Row(udp4, .udp(start: 34, gsoType: 1, gsoSize: 500)),
        Row(udp4, .udp(start: 34, gsoType: 3, gsoSize: 500)),  // by IP fragments
        Row(udp4, .udp(start: 34, gsoType: 0x85, gsoSize: 500)),  // ECN without TCP
        Row(tcp4, .tcp(start: 34, gsoType: 0x80, gsoSize: 500)),  // ECN without a type
        Row(tcp4, .tcp(start: 34, gsoType: 2, gsoSize: 500)),  // unknown
        Row(tcp4, .tcp(start: 34, gsoType: 0x41, gsoSize: 500)),
        Row(tcp4, .tcp(start: 34, gsoType: 1, gsoSize: 47)),  // tiny
        Row(tcp4, .tcp(start: 34, gsoType: 1, gsoSize: 0)),
        Row(udp4, .udp(start: 34, gsoType: 5, gsoSize: 0)),
        Row(syn, .tcp(start: 34, gsoType: 1, gsoSize: 500)),  // many SYNs
    ]

    @Test("a super-frame that is none, or would flood, is refused", arguments: refused)
    func refusesSuperFrames(_ row: Row) {
        #expect(parse(row.octets, row.virtio).fault == .virtioHeader)
    }

    @Test("a super-frame without a partial checksum, and unknown flags, are refused")
    func refusesFlags() {
        var finished = VirtioNetHeader.tcp(start: 34, gsoType: 1, gsoSize: 500)
        finished.flags = VirtioNetHeader.dataValid
        #expect(parse(Self.tcp4, finished).fault == .virtioHeader)
        for bit in 2..<8 {
            #expect(parse(Self.tcp4, Self.flagged(1 << bit)).fault == .virtioHeader)
        }
    }

    @Test("a super-frame becomes at most 512 segments, or datagrams of any size")
    func boundsSegments() {
        for extra in [0, 1] {
            let tcp = SampleFrame.of4("", 6, Build.tcp(.ack, payload: 512 * 48 + extra)).octets
            let udp = SampleFrame.of4("", 17, Build.udp(512 * 18 + extra)).octets
            let faults = [
                parse(tcp, .tcp(start: 34, gsoType: 1, gsoSize: 48)).fault,
                parse(udp, .udp(start: 34, gsoType: 5, gsoSize: 18)).fault,
            ]
            #expect(faults == (extra == 0 ? [.none, .none] : [.virtioHeader, .virtioHeader]))
        }
    }

    private static func flagged(_ flags: UInt8) -> VirtioNetHeader {
        var header = VirtioNetHeader()
        header.flags = flags
        return header
    }
}
