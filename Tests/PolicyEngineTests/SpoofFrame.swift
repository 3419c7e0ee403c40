import Packet
import PolicyEngine

/// Frames whose every claim about their sender can be set.
enum SpoofFrame {
    static let mac = MACAddress(rawValue: 0x5254_0000_0001)
    static let otherMAC = MACAddress(rawValue: 0x5254_0000_0002)

    static func ethernet(
        _ type: UInt16, _ payload: [UInt8], from: MACAddress = mac,
        to: MACAddress = MACAddress(rawValue: 0x5254_0000_0099)
    ) -> [UInt8] {
        octets(to) + octets(from) + big(type) + payload
    }

    static func octets(_ mac: MACAddress) -> [UInt8] {
        (0..<6).map { UInt8(truncatingIfNeeded: mac.rawValue >> UInt64(40 - 8 * $0)) }
    }

    static func octets(_ address: IPAddress) -> [UInt8] {
        let all = [address.high, address.low].flatMap { half in
            (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * $0)) }
        }
        return address.isIPv4 ? Array(all.suffix(4)) : all
    }

    static func big(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xff)] }

    /// An IP packet of either family in a frame.
    static func ip(
        _ ends: (from: IPAddress, to: IPAddress), _ ipProtocol: UInt8, _ payload: [UInt8],
        mac: MACAddress = mac
    ) -> [UInt8] {
        guard ends.from.isIPv4 else {
            let header = [0x60, 0, 0, 0] + big(UInt16(payload.count)) + [ipProtocol, 255]
            return ethernet(
                0x86dd, header + octets(ends.from) + octets(ends.to) + payload, from: mac)
        }
        var header: [UInt8] = [0x45, 0] + big(UInt16(20 + payload.count)) + [0, 1, 0, 0, 64]
        header += [ipProtocol, 0, 0] + octets(ends.from) + octets(ends.to)
        var sum = stride(from: 0, to: 20, by: 2).reduce(UInt32(0)) {
            $0 + UInt32(header[$1]) << 8 + UInt32(header[$1 + 1])
        }
        while sum > 0xffff { sum = sum >> 16 + sum & 0xffff }
        header.replaceSubrange(10..<12, with: big(~UInt16(sum)))
        return ethernet(0x0800, header + payload, from: mac)
    }

    static func udp(_ from: UInt16, _ to: UInt16) -> [UInt8] {
        big(from) + big(to) + big(12) + [0, 0, 1, 2, 3, 4]
    }

    /// What an ARP message says.
    struct ARP {
        var operation: UInt16 = 1
        var sender = SpoofFrame.mac
        var senderIP: IPAddress
        var targetIP: IPAddress
        var source = SpoofFrame.mac

        var frame: [UInt8] {
            let head: [UInt8] = [0, 1, 8, 0, 6, 4] + big(operation)
            let body = octets(sender) + octets(senderIP) + [0, 0, 0, 0, 0, 0] + octets(targetIP)
            return ethernet(0x0806, head + body, from: source, to: .broadcast)
        }
    }

    /// What a neighbour discovery message says.
    struct Discovery {
        var type: UInt8
        var source: IPAddress
        var destination: IPAddress
        var target: IPAddress = .unspecified
        var options: [(type: UInt8, mac: MACAddress)] = []

        var frame: [UInt8] {
            var message: [UInt8] = [type, 0, 0, 0, 0, 0, 0, 0]
            if type == 134 { message += [UInt8](repeating: 0, count: 8) }
            if type > 134 { message += octets(target) }
            if type == 137 { message += octets(destination) }
            for option in options { message += [option.type, 1] + octets(option.mac) }
            return ip((source, destination), 58, message)
        }
    }
}
