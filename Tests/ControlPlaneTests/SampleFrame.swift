import Packet
import Ports

/// Frames that guests send.
enum SampleFrame {
    /// A UDP datagram over IPv4, without a UDP checksum (RFC 768 allows zero).
    static func udp(
        _ from: (mac: String, ip: String), _ to: (mac: String, ip: String), port: UInt16
    ) -> MemoryFrame {
        let payload = [UInt8]("hello".utf8)
        var ip: [UInt8] = [0x45, 0, 0, UInt8(28 + payload.count), 0, 1, 0, 0, 64, 17, 0, 0]
        ip += octets(ip: from.ip) + octets(ip: to.ip)
        let sum = checksum(ip)
        ip[10] = UInt8(sum >> 8)
        ip[11] = UInt8(sum & 0xff)
        var udp: [UInt8] = [0x9c, 0x40, UInt8(port >> 8), UInt8(port & 0xff)]
        udp += [0, UInt8(8 + payload.count), 0, 0]
        return MemoryFrame(
            octets(mac: to.mac) + octets(mac: from.mac) + [8, 0] + ip + udp + payload)
    }

    private static func octets(mac: String) -> [UInt8] {
        mac.split(separator: ":").compactMap { UInt8($0, radix: 16) }
    }

    private static func octets(ip: String) -> [UInt8] {
        ip.split(separator: ".").compactMap { UInt8($0) }
    }

    /// The Internet checksum (RFC 1071) of whole 16-bit words.
    static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            sum += UInt32(bytes[index]) << 8 | UInt32(bytes[index + 1])
        }
        while sum >> 16 != 0 { sum = sum & 0xffff + sum >> 16 }
        return ~UInt16(sum)
    }
}
