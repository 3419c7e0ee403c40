import Packet
import Ports

/// Frames that guests send.
enum SampleFrame {
    /// A UDP datagram over IPv4, without a UDP checksum (RFC 768 allows zero).
    static func udp(
        _ from: (mac: String, ip: String), _ to: (mac: String, ip: String), port: UInt16
    ) -> MemoryFrame {
        let payload = [UInt8]("hello".utf8)
        var udp: [UInt8] = [0x9c, 0x40, UInt8(port >> 8), UInt8(port & 0xff)]
        udp += [0, UInt8(8 + payload.count), 0, 0]
        return ipv4(from, to, ipProtocol: 17, udp + payload)
    }

    /// An ICMP echo request over IPv4.
    static func echo(
        _ from: (mac: String, ip: String), _ to: (mac: String, ip: String), identifier: UInt16
    ) -> MemoryFrame {
        var echo: [UInt8] = [8, 0, 0, 0, UInt8(identifier >> 8), UInt8(identifier & 0xff), 0, 1]
        let sum = checksum(echo)
        echo[2] = UInt8(sum >> 8)
        echo[3] = UInt8(sum & 0xff)
        return ipv4(from, to, ipProtocol: 1, echo)
    }

    private static func ipv4(
        _ from: (mac: String, ip: String), _ to: (mac: String, ip: String), ipProtocol: UInt8,
        _ payload: [UInt8]
    ) -> MemoryFrame {
        var ip: [UInt8] = [0x45, 0, 0, UInt8(20 + payload.count), 0, 1, 0, 0, 64, ipProtocol, 0, 0]
        ip += octets(ip: from.ip) + octets(ip: to.ip)
        let sum = checksum(ip)
        ip[10] = UInt8(sum >> 8)
        ip[11] = UInt8(sum & 0xff)
        return MemoryFrame(octets(mac: to.mac) + octets(mac: from.mac) + [8, 0] + ip + payload)
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
