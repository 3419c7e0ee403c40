import Packet

/// Frames laid out byte by byte, so that tests can make each field lie.
enum Build {
    static let alice: [UInt8] = [0x52, 0x54, 0, 0, 0, 1]
    static let bob: [UInt8] = [0x52, 0x54, 0, 0, 0, 2]
    static let alice6: [UInt8] = [0xfd] + [UInt8](repeating: 0, count: 14) + [1]
    static let bob6: [UInt8] = [0xfd] + [UInt8](repeating: 0, count: 14) + [2]
    /// fe80::5054:ff:fe00:1, Alice's link-local address.
    static let aliceLocal: [UInt8] =
        [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x50, 0x54, 0, 0xff, 0xfe, 0, 0, 1]
    static let allNodes: [UInt8] = [0xff, 2] + [UInt8](repeating: 0, count: 13) + [1]

    static func ethernet(
        _ type: UInt16, _ payload: [UInt8], from: [UInt8] = alice, to: [UInt8] = bob
    ) -> [UInt8] {
        to + from + big(type) + payload
    }

    static func big(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xff)] }
    static func big(_ value: UInt32) -> [UInt8] {
        big(UInt16(value >> 16)) + big(UInt16(value & 0xffff))
    }

    static func tcp(
        _ flags: TCPFlags, payload: Int = 0, options: [UInt8] = [],
        ports: (UInt16, UInt16) = (40_000, 80)
    ) -> [UInt8] {
        let offset = UInt8(5 + options.count / 4) << 4
        return big(ports.0) + big(ports.1) + big(0x0102_0304 as UInt32) + big(0x0506_0708 as UInt32)
            + [offset, flags.rawValue] + big(64_240 as UInt16) + [0, 0, 0, 0] + options
            + data(payload)
    }

    static func udp(_ payload: Int, length: UInt16? = nil, ports: (UInt16, UInt16) = (40_000, 53))
        -> [UInt8]
    {
        big(ports.0) + big(ports.1) + big(length ?? UInt16(8 + payload)) + [0, 0] + data(payload)
    }

    static func icmp(_ type: UInt8, _ code: UInt8 = 0, _ rest: [UInt8] = [0x77, 0x88, 0, 1])
        -> [UInt8]
    {
        [type, code, 0, 0] + rest
    }

    static func data(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    }
}

/// An IPv4 packet whose every field can be set; the header's checksum comes last.
struct IPv4Builder {
    var firstByte: UInt8?
    var totalByteCount: UInt16?
    var identification: UInt16 = 0x1234
    var fragment: UInt16 = 0
    var ipProtocol: UInt8
    var source: [UInt8] = [10, 0, 0, 1]
    var destination: [UInt8] = [10, 0, 0, 2]
    var options: [UInt8] = []
    var payload: [UInt8]

    /// The packet.
    var packet: [UInt8] {
        let headerByteCount = 20 + options.count
        var header: [UInt8] = [firstByte ?? UInt8(0x40 | headerByteCount / 4), 0]
        header += Build.big(totalByteCount ?? UInt16(headerByteCount + payload.count))
        header += Build.big(identification) + Build.big(fragment)
        header += [64, ipProtocol, 0, 0] + source + destination + options
        let sum = ~naiveSum(header)
        header[10] = UInt8(sum >> 8)
        header[11] = UInt8(sum & 0xff)
        return header + payload
    }

    /// The packet in an Ethernet frame.
    var frame: [UInt8] { Build.ethernet(0x0800, packet) }
}

/// An IPv6 packet whose every field can be set.
struct IPv6Builder {
    var payloadByteCount: UInt16?
    var nextHeader: UInt8
    var hopLimit: UInt8 = 64
    var source: [UInt8] = Build.alice6
    var destination: [UInt8] = Build.bob6
    var payload: [UInt8]

    /// The packet.
    var packet: [UInt8] {
        [0x60, 0, 0, 0] + Build.big(payloadByteCount ?? UInt16(payload.count))
            + [nextHeader, hopLimit] + source + destination + payload
    }

    /// The packet in an Ethernet frame.
    var frame: [UInt8] { Build.ethernet(0x86dd, packet) }
}

/// Parses a frame held in an array.
func parse(_ frame: [UInt8], _ virtio: VirtioNetHeader = VirtioNetHeader()) -> ParsedFrame {
    ParsedFrame(frame.span.bytes, virtio: virtio)
}

extension VirtioNetHeader {
    /// A header that asks for a TCP checksum at `start`, and for segmentation if `gsoType` is set.
    static func tcp(start: Int, gsoType: UInt8 = 0, gsoSize: Int = 0) -> VirtioNetHeader {
        var header = VirtioNetHeader()
        header.flags = needsChecksum
        header.gsoType = gsoType
        header.gsoSize = UInt16(gsoSize)
        header.checksumStart = UInt16(start)
        header.checksumOffset = 16
        return header
    }

    /// The same for UDP.
    static func udp(start: Int, gsoType: UInt8 = 0, gsoSize: Int = 0) -> VirtioNetHeader {
        var header = tcp(start: start, gsoType: gsoType, gsoSize: gsoSize)
        header.checksumOffset = 6
        return header
    }
}
