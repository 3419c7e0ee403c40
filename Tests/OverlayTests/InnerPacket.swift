import Overlay
import Packet

/// Plaintexts laid out byte by byte, as a peer may send them.
struct InnerPacket {
    var isIPv6 = false
    var ipProtocol: UInt8 = 17
    var fragmentField: UInt16 = 0x4000
    var port: UInt16 = 4789
    var vxlan: [UInt8] = [0x88, 0, 0x12, 0x34, 0, 0, 42, 0]
    var frame = [UInt8](0..<60)
    var udpLength: UInt16?
    var options: [UInt8] = []
    var padding = 0

    static let source4: [UInt8] = [10, 98, 0, 1]
    static let destination4: [UInt8] = [10, 98, 0, 2]
    static let source6: [UInt8] = [0xfd, 0x98] + [UInt8](repeating: 0, count: 13) + [1]
    static let destination6: [UInt8] = [0xfd, 0x98] + [UInt8](repeating: 0, count: 13) + [2]

    /// The UDP datagram, without checksum.
    private var datagram: [UInt8] {
        let length = udpLength ?? UInt16(8 + vxlan.count + frame.count)
        return Self.big(50_000) + Self.big(port) + Self.big(length) + [0, 0] + vxlan + frame
    }

    /// The plaintext.
    var octets: [UInt8] {
        let zeros = [UInt8](repeating: 0, count: padding)
        if isIPv6 {
            return [0x60, 0, 0, 0] + Self.big(UInt16(datagram.count)) + [ipProtocol, 64]
                + Self.source6 + Self.destination6 + datagram + zeros
        }
        let headerByteCount = 20 + options.count
        var header: [UInt8] = [UInt8(0x40 | headerByteCount / 4), 0]
        header += Self.big(UInt16(headerByteCount + datagram.count)) + [0, 0]
        header += Self.big(fragmentField) + [64, ipProtocol, 0, 0] + Self.source4
        header += Self.destination4 + options
        header.replaceSubrange(10..<12, with: Self.big(~Self.sum(header)))
        return header + datagram + zeros
    }

    static func big(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xff)] }

    /// The ones' complement sum, as RFC 1071 §1 tells it.
    static func sum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for (index, byte) in bytes.enumerated() {
            sum += index % 2 == 0 ? UInt32(byte) << 8 : UInt32(byte)
            if sum > 0xffff { sum -= 0xffff }
        }
        return UInt16(sum)
    }

    /// The plaintext with the checksum of its IPv4 header repaired, so that damage behind it is
    /// read.
    static func repaired(_ octets: [UInt8]) -> [UInt8] {
        guard octets.count >= 20, octets[0] >> 4 == 4 else { return octets }
        let end = Int(octets[0] & 15) * 4
        guard (20...octets.count).contains(end) else { return octets }
        var octets = octets
        octets.replaceSubrange(10..<12, with: [0, 0])
        octets.replaceSubrange(10..<12, with: big(~sum(Array(octets[..<end]))))
        return octets
    }
}

extension DecapsulatedPacket {
    /// What is read from `octets`.
    init(_ octets: [UInt8]) { self.init(octets.span.bytes) }
}
