import Packet
import Testing

/// What a chain of extension headers leads to; what it may not be is in EvasionTests.
@Suite struct IPv6ExtensionChainTests {
    /// A header of 8 bytes that holds only padding, followed by `next`.
    private static func padding(_ next: UInt8) -> [UInt8] { [next, 0, 1, 4, 0, 0, 0, 0] }

    /// A chain in front of a TCP SYN.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let first: UInt8
        let headers: [UInt8]
    }

    static let rows: [Row] = [
        Row(testDescription: "none", first: 6, headers: []),
        Row(testDescription: "hop-by-hop", first: 0, headers: padding(6)),
        Row(
            testDescription: "hop-by-hop, destination", first: 0,
            headers: padding(60) + padding(6)),
        Row(
            testDescription: "eight headers", first: 60,
            headers: (0..<7).flatMap { _ in padding(60) } + padding(6)),
        Row(
            testDescription: "512 bytes", first: 60,
            headers: [6, 63] + [UInt8](repeating: 0, count: 510)),
        Row(
            testDescription: "spent routing", first: 43,
            headers: [6, 2, 2, 0] + [UInt8](repeating: 0, count: 20)),
        Row(testDescription: "authentication", first: 51, headers: [6, 4] + Build.data(22)),
        Row(testDescription: "atomic fragment", first: 44, headers: [6, 0, 0, 0, 1, 2, 3, 4]),
        Row(
            testDescription: "options, atomic fragment", first: 60,
            headers: padding(44) + [6, 0, 0, 0, 1, 2, 3, 4]),
    ]

    @Test("the transport header is found behind the chain", arguments: rows)
    func finds(_ row: Row) {
        let frame = IPv6Builder(
            nextHeader: row.first, payload: row.headers + Build.tcp(.syn, payload: 2)
        ).frame
        let parsed = parse(frame)
        #expect(parsed.fault == .none)
        #expect(parsed.kind == .tcp && !parsed.isFragment)
        #expect(parsed.transportOffset == 54 + row.headers.count)
        #expect(parsed.payloadOffset == parsed.transportOffset + 20)
        #expect(parsed.service == ServiceKey(.tcp, 80))
        #expect(parsed.fiveTuple.ipProtocol == .tcp)
    }

    @Test(
        "a protocol that is no transport ends the chain",
        arguments: [50, 59, 135, 139, 253] as [UInt8])
    func endsChain(_ next: UInt8) {
        let frame = IPv6Builder(nextHeader: 60, payload: Self.padding(next) + Build.data(9)).frame
        let parsed = parse(frame)
        #expect(parsed.fault == .none && parsed.kind == .otherIP)
        #expect(parsed.service == ServiceKey(IPProtocol(rawValue: next), 0))
        #expect(parsed.transportOffset == 62)
    }

    @Test("fragments keep their identification, place and protocol")
    func notesFragments() {
        let first = parse(fragment(field: 1, Build.udp(24, length: 99)))
        #expect(first.isFragment && first.isFirstFragment && first.hasMoreFragments)
        #expect(first.fragmentID == 0xa1b2_c3d4 && first.fragmentByteCount == 32)
        #expect(first.service == ServiceKey(.udp, 53))
        let last = parse(fragment(field: 32, Build.data(30)))
        #expect(last.kind == .laterFragment && !last.isFirstFragment && !last.hasMoreFragments)
        #expect(last.fragmentID == 0xa1b2_c3d4 && last.fragmentOffset == 32)
        #expect(last.fragmentByteCount == 30)
        #expect(last.fiveTuple.ipProtocol == .udp && last.fiveTuple.destinationPort == 0)
    }

    @Test("IPv4 fragments do as well")
    func notesIPv4Fragments() {
        let first = IPv4Builder(
            fragment: 0x2000, ipProtocol: 6, payload: Build.tcp(.syn, payload: 4))
        #expect(parse(first.frame).isFirstFragment && parse(first.frame).tcpFlags == .syn)
        #expect(parse(first.frame).fragmentID == 0x1234)
        let later = parse(
            IPv4Builder(fragment: 0x2003, ipProtocol: 6, payload: Build.data(24)).frame)
        #expect(later.fault == .none && later.kind == .laterFragment && later.hasMoreFragments)
        #expect(later.fragmentOffset == 24 && later.fragmentByteCount == 24)
        let plain = parse(
            IPv4Builder(fragment: 0x4000, ipProtocol: 6, payload: Build.tcp(.syn)).frame)
        #expect(!plain.isFragment && plain.fault == .none)
    }

    private func fragment(field: UInt16, _ payload: [UInt8]) -> [UInt8] {
        let header = [17, 0] + Build.big(field) + [0xa1, 0xb2, 0xc3, 0xd4]
        return IPv6Builder(nextHeader: 44, payload: header + payload).frame
    }
}
