import Packet
import Ports

/// Builds frames byte by byte, independently of the code under test.
struct FrameBuilder {
    var source: Station
    var destination: Station
    /// Of TCP segments.
    var sequence: UInt32 = 1

    /// Who sends or receives.
    struct Station {
        var mac: MACAddress
        var ip: IPAddress

        /// Station `number` of a network: 02:00:00:00:00:n, 10.0.0.n.
        init(_ number: UInt8) {
            mac = MACAddress(rawValue: 0x0200_0000_0000 | UInt64(number))
            ip = IPAddress(IPv4Address(rawValue: 0x0a00_0000 | UInt32(number)))
        }
    }

    init(from source: Station, to destination: Station) {
        self.source = source
        self.destination = destination
    }

    init(_ source: UInt8, _ destination: UInt8) {
        self.init(from: Station(source), to: Station(destination))
    }

    /// A UDP datagram with `payload`.
    func udp(_ from: UInt16, _ to: UInt16, _ payload: [UInt8] = [1, 2, 3, 4]) -> MemoryFrame {
        var segment = word(from) + word(to) + word(UInt16(8 + payload.count)) + [0, 0] + payload
        let sum = transportChecksum(segment, 17)
        segment.replaceSubrange(6..<8, with: word(sum == 0 ? 0xffff : sum))
        return MemoryFrame(ipv4(17, segment))
    }

    /// A TCP segment with `flags` and `payload`.
    func tcp(
        _ from: UInt16, _ to: UInt16, _ flags: TCPFlags, _ payload: [UInt8] = []
    ) -> MemoryFrame {
        MemoryFrame(ipv4(6, tcpSegment(from, to, flags, payload)))
    }

    private func tcpSegment(
        _ from: UInt16, _ to: UInt16, _ flags: TCPFlags, _ payload: [UInt8]
    ) -> [UInt8] {
        let numbers = word(UInt16(sequence >> 16)) + word(UInt16(sequence & 0xffff)) + [0, 0, 0, 1]
        let rest: [UInt8] = [0x50, flags.rawValue, 0x20, 0, 0, 0, 0, 0]
        var segment = word(from) + word(to) + numbers + rest + payload
        segment.replaceSubrange(16..<18, with: word(transportChecksum(segment, 6)))
        return segment
    }

    /// A TCP super-frame whose checksum is left to the receiver, cut at `gsoSize`.
    func superFrame(_ from: UInt16, _ to: UInt16, byteCount: Int, gsoSize: UInt16) -> MemoryFrame {
        let segment = tcpSegment(from, to, .ack, Self.data(byteCount))
        var virtio = VirtioNetHeader()
        virtio.gsoType = VirtioNetHeader.gsoTCPv4
        virtio.gsoSize = gsoSize
        virtio.checksumOffset = 16
        return unfinished(6, segment, virtio)
    }

    /// A UDP super-frame likewise.
    func datagrams(_ from: UInt16, _ to: UInt16, byteCount: Int, gsoSize: UInt16) -> MemoryFrame {
        let datagram =
            word(from) + word(to) + word(UInt16(8 + byteCount)) + [0, 0] + Self.data(byteCount)
        var virtio = VirtioNetHeader()
        virtio.gsoType = VirtioNetHeader.gsoUDPL4
        virtio.gsoSize = gsoSize
        virtio.checksumOffset = 6
        return unfinished(17, datagram, virtio)
    }

    private static func data(_ byteCount: Int) -> [UInt8] {
        (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    }

    private func unfinished(
        _ number: UInt8, _ segment: [UInt8], _ virtio: VirtioNetHeader
    ) -> MemoryFrame {
        var (segment, virtio) = (segment, virtio)
        virtio.flags = VirtioNetHeader.needsChecksum
        virtio.checksumStart = 34
        let field = Int(virtio.checksumOffset)
        let partial = fold(pseudoHeaderSum(segment.count, number))
        segment.replaceSubrange(field..<field + 2, with: word(partial))
        return MemoryFrame(ipv4(number, segment), virtio)
    }

    /// A UDP datagram of station `number` to everybody.
    static func broadcast(from number: UInt8) -> MemoryFrame {
        var builder = FrameBuilder(number, 2)
        builder.destination.mac = .broadcast
        builder.destination.ip = .broadcastIPv4
        return builder.udp(5_353, 5_353)
    }

    /// An ICMP message of `type` and `code` with `body` behind its checksum.
    func icmp(_ type: UInt8, _ code: UInt8, _ body: [UInt8]) -> MemoryFrame {
        var message = [type, code, 0, 0] + body
        message.replaceSubrange(2..<4, with: word(~fold(sum(message))))
        return MemoryFrame(ipv4(1, message))
    }

    /// An echo request or, with `type` 0, reply.
    func echo(_ type: UInt8 = 8, identifier: UInt16 = 7) -> MemoryFrame {
        icmp(type, 0, word(identifier) + [0, 1, 0xaa, 0xbb])
    }

    /// An ARP message: who has the destination's address?
    func arpRequest() -> MemoryFrame {
        let head: [UInt8] = [0, 1, 8, 0, 6, 4, 0, 1]
        let body =
            head + octets(source.mac) + octets(source.ip) + [0, 0, 0, 0, 0, 0]
            + octets(destination.ip)
        return MemoryFrame(octets(.broadcast) + octets(source.mac) + [8, 6] + body)
    }

    /// An Ethernet frame with an IPv4 packet.
    func ipv4(_ number: UInt8, _ payload: [UInt8]) -> [UInt8] {
        var header: [UInt8] = [0x45, 0] + word(UInt16(20 + payload.count))
        header += [0, 1, 0, 0, 64, number, 0, 0] + octets(source.ip) + octets(destination.ip)
        header.replaceSubrange(10..<12, with: word(~fold(sum(header))))
        return octets(destination.mac) + octets(source.mac) + [8, 0] + header + payload
    }

    private func transportChecksum(_ segment: [UInt8], _ number: UInt8) -> UInt16 {
        ~fold(pseudoHeaderSum(segment.count, number) + sum(segment))
    }

    private func pseudoHeaderSum(_ byteCount: Int, _ number: UInt8) -> UInt64 {
        sum(octets(source.ip) + octets(destination.ip)) + UInt64(number) + UInt64(byteCount)
    }

    private func sum(_ octets: [UInt8]) -> UInt64 {
        var total: UInt64 = 0
        for (index, octet) in octets.enumerated() {
            total += index % 2 == 0 ? UInt64(octet) << 8 : UInt64(octet)
        }
        return total
    }

    private func fold(_ sum: UInt64) -> UInt16 {
        var sum = sum
        while sum > 0xffff { sum = (sum & 0xffff) + sum >> 16 }
        return UInt16(sum)
    }
}

extension MemoryFrame {
    /// Sets the don't-fragment flag of an IPv4 packet, and its checksum with it.
    mutating func setDontFragment() {
        bytes[20] |= 0x40
        bytes = Array(bytes[..<14]) + InnerPacket.repaired(Array(bytes[14...]))
    }
}

/// A big-endian 16-bit word.
func word(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xff)] }

/// The octets of a MAC address.
func octets(_ mac: MACAddress) -> [UInt8] {
    stride(from: 40, through: 0, by: -8).map { UInt8(mac.rawValue >> UInt64($0) & 0xff) }
}

/// The octets of an IPv4 address.
func octets(_ ip: IPAddress) -> [UInt8] {
    stride(from: 24, through: 0, by: -8).map { UInt8(ip.low >> UInt64($0) & 0xff) }
}
