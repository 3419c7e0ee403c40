import ControlAPI
import Foundation

/// Frames as a capture holds them.
enum ReplaySample {
    /// A TCP segment over IPv4 with these flags.
    static func tcp(
        _ from: (ip: String, port: UInt16), _ to: (ip: String, port: UInt16), flags: UInt8
    ) -> [UInt8] {
        let ports = octets(from.port) + octets(to.port)
        let header = ports + [UInt8](repeating: 0, count: 8) + [0x50, flags, 0, 0, 0, 0, 0, 0]
        return ipv4(6, from.ip, to.ip, header)
    }

    static func udp(
        _ from: (ip: String, port: UInt16), _ to: (ip: String, port: UInt16)
    ) -> [UInt8] {
        ipv4(17, from.ip, to.ip, octets(from.port) + octets(to.port) + [0, 8, 0, 0])
    }

    /// An ICMP message: 8 request, 0 reply, or another.
    static func icmp(_ type: UInt8, _ from: String, _ to: String, _ rest: [UInt8] = []) -> [UInt8] {
        ipv4(1, from, to, [type, type == 3 ? 1 : 0, 0, 0, 0, 7, 0, 1] + rest)
    }

    /// An IPv4 packet in an Ethernet frame.
    static func ipv4(_ number: UInt8, _ from: String, _ to: String, _ payload: [UInt8]) -> [UInt8] {
        var header: [UInt8] = [0x45, 0] + octets(UInt16(20 + payload.count))
        header += [0, 1, 0, 0, 64, number, 0, 0] + address(from) + address(to)
        let sum = SampleFrame.checksum(header)
        header[10] = UInt8(sum >> 8)
        header[11] = UInt8(sum & 0xff)
        return [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0] + header + payload
    }

    /// An ARP request.
    static let arp: [UInt8] =
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6]
        + [0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2]

    /// The frame as a request carries it.
    static func frame(
        _ bytes: [UInt8], on interface: Int = 0, length: Int? = nil
    ) -> ReplayFrame {
        ReplayFrame(
            interface: interface, length: length ?? bytes.count,
            data: Data(bytes).base64EncodedString())
    }

    private static func octets(_ number: UInt16) -> [UInt8] {
        [UInt8(number >> 8), UInt8(number & 0xff)]
    }

    private static func address(_ text: String) -> [UInt8] {
        text.split(separator: ".").compactMap { UInt8($0) }
    }
}
