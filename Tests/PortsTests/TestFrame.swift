import Packet

/// Frames for tests, written out as on the wire.
enum TestFrame {
    static let broadcast = [UInt8](repeating: 0xff, count: 6)

    static func octets(_ mac: MACAddress) -> [UInt8] {
        stride(from: 40, through: 0, by: -8).map { UInt8(mac.rawValue >> $0 & 0xff) }
    }

    static func octets(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xff), UInt8(value & 0xff)] }

    /// A frame of EtherType 0x88b5, local experimental (IEEE 802): no stack answers it.
    static func plain(_ byteCount: Int = 60, seed: UInt8 = 0) -> [UInt8] {
        ethernet(broadcast, [2, 0, 0, 0, 0, 9], 0x88b5)
            + (0..<max(0, byteCount - 14)).map { UInt8(truncatingIfNeeded: $0) ^ seed }
    }

    static func ethernet(_ to: [UInt8], _ from: [UInt8], _ type: Int) -> [UInt8] {
        to + from + octets(type)
    }

    /// Who has `target`? Tell `sender`.
    static func arpRequest(_ from: [UInt8], _ sender: [UInt8], _ target: [UInt8]) -> [UInt8] {
        ethernet(broadcast, from, 0x0806) + [0, 1, 8, 0, 6, 4, 0, 1] + from + sender
            + [0, 0, 0, 0, 0, 0] + target + [UInt8](repeating: 0, count: 18)
    }

    /// An IPv4 packet without options.
    static func ipv4(
        _ proto: UInt8, _ source: [UInt8], _ destination: [UInt8], _ payload: [UInt8]
    ) -> [UInt8] {
        let header =
            [0x45, 0] + octets(20 + payload.count) + [0x12, 0xfe, 0x40, 0, 64, proto, 0, 0] + source
            + destination
        let sum = checksum(header)
        return header[..<10] + octets(sum) + header[12...] + payload
    }

    /// An IPv6 packet.
    static func ipv6(
        _ next: UInt8, _ source: [UInt8], _ destination: [UInt8], _ payload: [UInt8]
    ) -> [UInt8] {
        [0x60, 0, 0, 0] + octets(payload.count) + [next, 64] + source + destination + payload
    }

    /// The pseudo-header of both families: addresses, length, protocol (RFC 8200 §8.1).
    static func pseudo(_ proto: UInt8, _ addresses: [UInt8], _ byteCount: Int) -> [UInt8] {
        addresses + [0, 0] + octets(byteCount) + [0, 0, 0, proto]
    }

    /// The Internet checksum (RFC 1071), naively.
    static func checksum(_ bytes: [UInt8]) -> Int { ~sum(bytes) & 0xffff }

    static func sum(_ bytes: [UInt8]) -> Int {
        var sum = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            sum += Int(bytes[index]) << 8 + (index + 1 < bytes.count ? Int(bytes[index + 1]) : 0)
        }
        while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
        return sum
    }
}
