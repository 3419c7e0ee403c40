import Overlay
import Packet
import Testing

@Suite struct DecapsulatedPacketTests {
    @Test("a frame is found, whatever padding follows", arguments: [false, true], [0, 1, 15, 300])
    func findsFrame(isIPv6: Bool, padding: Int) {
        let inner = InnerPacket(isIPv6: isIPv6, padding: padding)
        let packet = DecapsulatedPacket(inner.octets)
        #expect(packet.kind == .vxlan)
        #expect(packet.vxlan.vni == VNI(rawValue: 42) && packet.vxlan.group == 0x1234)
        #expect(packet.source == IPAddress(isIPv6 ? "fd98::1" : "10.98.0.1"))
        #expect(packet.destination == IPAddress(isIPv6 ? "fd98::2" : "10.98.0.2"))
        #expect(packet.byteCount == inner.octets.count - padding)
        #expect(packet.frameOffset == (isIPv6 ? 56 : 36))
        let end = packet.frameOffset + packet.frameByteCount
        #expect(Array(inner.octets[packet.frameOffset..<end]) == inner.frame)
    }

    @Test("IP options before a frame are stepped over")
    func stepsOverOptions() {
        let inner = InnerPacket(options: [148, 4, 0, 0])
        let packet = DecapsulatedPacket(inner.octets)
        #expect(packet.kind == .vxlan && packet.frameOffset == 40)
        #expect(packet.frameByteCount == inner.frame.count)
    }

    @Test("nothing is a keepalive")
    func readsKeepalive() {
        #expect(DecapsulatedPacket([]).kind == .keepalive)
    }

    @Test("what is not for port 4789 is the host's", arguments: [false, true])
    func findsHostPackets(isIPv6: Bool) {
        let other = InnerPacket(isIPv6: isIPv6, port: 4790, padding: 9)
        let packet = DecapsulatedPacket(other.octets)
        #expect(packet.kind == .host && packet.byteCount == other.octets.count - 9)
        let tcp = InnerPacket(isIPv6: isIPv6, ipProtocol: 6)
        #expect(DecapsulatedPacket(tcp.octets).kind == .host)
    }

    @Test("fragments are refused", arguments: [0x2000, 0x0001, 0x2001, 0x1fff] as [UInt16])
    func refusesFragments(field: UInt16) {
        #expect(DecapsulatedPacket(InnerPacket(fragmentField: field).octets).kind == .fragment)
        let other = InnerPacket(fragmentField: field, port: 80)
        #expect(DecapsulatedPacket(other.octets).kind == .fragment)
        let inner6 = InnerPacket(isIPv6: true, ipProtocol: 44)
        #expect(DecapsulatedPacket(inner6.octets).kind == .fragment)
    }

    /// A plaintext that must be refused.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let octets: [UInt8]
    }

    static let malformed: [Row] = [
        Row(testDescription: "version 5", octets: [0x55] + InnerPacket().octets.dropFirst()),
        Row(testDescription: "version 0", octets: [UInt8](repeating: 0, count: 64)),
        Row(testDescription: "no network", octets: InnerPacket(vxlan: flags(0x80)).octets),
        Row(
            testDescription: "the hosts' network",
            octets: InnerPacket(vxlan: [8, 0, 0, 0, 0, 0, 0, 0]).octets),
        Row(testDescription: "UDP too long", octets: InnerPacket(udpLength: 77).octets),
        Row(testDescription: "UDP too short", octets: InnerPacket(udpLength: 75).octets),
        Row(testDescription: "UDP of nothing", octets: InnerPacket(udpLength: 0).octets),
        Row(testDescription: "13 bytes", octets: InnerPacket(frame: [UInt8](0..<13)).octets),
        Row(
            testDescription: "half a header", octets: InnerPacket(vxlan: [8, 0], frame: []).octets),
        Row(testDescription: "cut", octets: InnerPacket().octets.dropLast()),
        Row(testDescription: "cut6", octets: InnerPacket(isIPv6: true).octets.dropLast()),
        Row(testDescription: "bad sum", octets: damaged(at: 8)),
        Row(
            testDescription: "options6", octets: InnerPacket(isIPv6: true, ipProtocol: 60).octets),
        Row(
            testDescription: "hop by hop", octets: InnerPacket(isIPv6: true, ipProtocol: 0).octets),
        Row(testDescription: "mapped source", octets: mapped(at: 8)),
        Row(testDescription: "mapped destination", octets: mapped(at: 24)),
    ]

    @Test("what no peer sends is refused", arguments: malformed)
    func refuses(_ row: Row) {
        #expect(DecapsulatedPacket(row.octets).kind == .malformed)
    }

    @Test("a plaintext cut anywhere, even with its length made to fit, never traps")
    func survivesTruncation() {
        for isIPv6 in [false, true] {
            let octets = InnerPacket(isIPv6: isIPv6).octets
            for count in 1..<octets.count {
                let cut = Array(octets[..<count])
                #expect(DecapsulatedPacket(cut).kind == .malformed, "cut to \(count) bytes")
                guard count >= 40 else { continue }
                var fitted = cut
                let field = isIPv6 ? 4..<6 : 2..<4
                let length = InnerPacket.big(UInt16(isIPv6 ? count - 40 : count))
                fitted.replaceSubrange(field, with: length)
                expectSound(InnerPacket.repaired(fitted), "fitted to \(count) bytes")
            }
        }
    }

    @Test("a plaintext with any bit flipped keeps every promise", arguments: [false, true])
    func survivesBitFlips(isIPv6: Bool) {
        let octets = InnerPacket(isIPv6: isIPv6, options: isIPv6 ? [] : [1, 1, 1, 0]).octets
        for bit in 0..<octets.count * 8 {
            var flipped = octets
            flipped[bit / 8] ^= 1 << (bit % 8)
            expectSound(flipped, "bit \(bit)")
            expectSound(InnerPacket.repaired(flipped), "bit \(bit), repaired")
        }
    }

    /// What is promised of every value.
    private func expectSound(_ octets: [UInt8], _ what: Comment) {
        let packet = DecapsulatedPacket(octets)
        switch packet.kind {
        case .keepalive: #expect(octets.isEmpty, what)
        case .malformed: break
        case .host, .fragment: #expect((20...octets.count).contains(packet.byteCount), what)
        case .vxlan:
            #expect(packet.frameOffset >= 36 && packet.frameByteCount >= 14, what)
            #expect(packet.frameOffset + packet.frameByteCount == packet.byteCount, what)
            #expect(packet.byteCount <= octets.count, what)
            #expect(packet.vxlan.vni != nil, what)
        }
    }

    private static func flags(_ first: UInt8) -> [UInt8] { [first, 0, 0, 0, 0, 0, 42, 0] }

    private static func damaged(at offset: Int) -> [UInt8] {
        var octets = InnerPacket().octets
        octets[offset] ^= 1
        return octets
    }

    private static func mapped(at offset: Int) -> [UInt8] {
        var octets = InnerPacket(isIPv6: true).octets
        let address = [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 10, 98, 0, 1]
        octets.replaceSubrange(offset..<offset + 16, with: address)
        return octets
    }
}
