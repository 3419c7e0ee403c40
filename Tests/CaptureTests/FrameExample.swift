import Packet

/// A frame as a guest writes it, for tests: built from numbers, its checksum complete or partial.
struct FrameExample {
    var octets: [UInt8]
    var virtio = VirtioNetHeader()

    /// Hands out the frame in a slot of its own, valid within `body`.
    func withFrame<Result>(_ body: (Frame) -> Result) -> Result {
        let prefix = Frame.headroomByteCount + VirtioNetHeader.byteCount
        let slot = UnsafeMutableRawPointer.allocate(
            byteCount: prefix + octets.count, alignment: 64)
        defer { slot.deallocate() }
        octets.withUnsafeBytes {
            UnsafeMutableRawBufferPointer(start: slot + prefix, count: $0.count).copyMemory(
                from: $0)
        }
        let frame = Frame(base: slot + prefix, byteCount: octets.count)
        frame.virtio = virtio
        return body(frame)
    }
}

extension FrameExample {
    /// How a transport protocol's frames are built.
    enum Transport: UInt8 {
        case tcp = 6
        case udp = 17

        var checksumOffset: Int { self == .tcp ? 16 : 6 }
    }

    /// An ARP request for 10.66.0.12.
    static var arp: FrameExample {
        FrameExample(
            octets: ethernet(0x0806) + [0, 1, 8, 0, 6, 4, 0, 1]
                + [0x52, 0x54, 0, 0, 0, 1, 10, 66, 0, 11] + [0, 0, 0, 0, 0, 0, 10, 66, 0, 12])
    }

    /// An ICMP echo request from 10.66.0.11 to 10.66.0.12.
    static var ping: FrameExample {
        var message: [UInt8] = [8, 0, 0, 0, 0x12, 0x34, 0, 1] + Array("abcdefgh".utf8)
        store(~naiveSum(message), in: &message, at: 2)
        return FrameExample(octets: ethernet(0x0800) + ipv4(1, message.count) + message)
    }

    /// A packet to `port` whose checksum is left to be completed, as a guest with offloads sends
    /// it.
    static func partial(
        _ transport: Transport, port: UInt16 = 80, payload: [UInt8], isIPv6: Bool = false
    ) -> FrameExample {
        var segment = header(transport, port: port, payloadByteCount: payload.count) + payload
        let addresses = isIPv6 ? ipv6Addresses : ipv4Addresses
        let length = UInt16(segment.count)
        let pseudo = addresses + [0, transport.rawValue, UInt8(length >> 8), UInt8(length & 255)]
        store(naiveSum(pseudo), in: &segment, at: transport.checksumOffset)
        let network =
            isIPv6
            ? ethernet(0x86dd) + ipv6(transport.rawValue, segment.count)
            : ethernet(0x0800) + ipv4(transport.rawValue, segment.count)
        var example = FrameExample(octets: network + segment)
        example.virtio.flags = VirtioNetHeader.needsChecksum
        example.virtio.checksumStart = UInt16(network.count)
        example.virtio.checksumOffset = UInt16(transport.checksumOffset)
        return example
    }

    /// The largest TCP super-frame: an IPv4 packet of 65,535 bytes.
    static var superFrame: FrameExample {
        let payload = (0..<(65_535 - 40)).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var example = partial(.tcp, payload: payload)
        example.virtio.gsoType = VirtioNetHeader.gsoTCPv4
        example.virtio.gsoSize = 1_448
        example.virtio.headerByteCount = 54
        return example
    }

    /// The ones' complement sum of 16-bit words, slow and plain.
    static func naiveSum(_ octets: some Collection<UInt8>) -> UInt16 {
        var sum: UInt64 = 0
        for (index, octet) in octets.enumerated() {
            sum += UInt64(octet) << (index.isMultiple(of: 2) ? 8 : 0)
        }
        while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
        return UInt16(sum)
    }

    static func store(_ value: UInt16, in octets: inout [UInt8], at offset: Int) {
        octets[offset] = UInt8(value >> 8)
        octets[offset + 1] = UInt8(value & 255)
    }
}

extension FrameExample {
    private static let ipv4Addresses: [UInt8] = [10, 66, 0, 11, 10, 66, 0, 12]
    private static let ipv6Addresses: [UInt8] =
        [0xfd] + [UInt8](repeating: 0, count: 14) + [11] + [0xfd]
        + [UInt8](repeating: 0, count: 14) + [12]

    private static func ethernet(_ type: UInt16) -> [UInt8] {
        [0x52, 0x54, 0, 0, 0, 2, 0x52, 0x54, 0, 0, 0, 1, UInt8(type >> 8), UInt8(type & 255)]
    }

    private static func ipv4(_ number: UInt8, _ byteCount: Int) -> [UInt8] {
        let total = UInt16(byteCount + 20)
        var header: [UInt8] =
            [0x45, 0, UInt8(total >> 8), UInt8(total & 255), 0, 1, 0x40, 0, 64, number, 0, 0]
            + ipv4Addresses
        store(~naiveSum(header), in: &header, at: 10)
        return header
    }

    private static func ipv6(_ number: UInt8, _ byteCount: Int) -> [UInt8] {
        [0x60, 0, 0, 0, UInt8(byteCount >> 8), UInt8(byteCount & 255), number, 64] + ipv6Addresses
    }

    private static func header(
        _ transport: Transport, port: UInt16, payloadByteCount: Int
    ) -> [UInt8] {
        let ports: [UInt8] = [0xc1, 0, UInt8(port >> 8), UInt8(port & 255)]
        switch transport {
        case .tcp: return ports + [0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x10, 0xff, 0xff, 0, 0, 0, 0]
        case .udp:
            let length = UInt16(payloadByteCount + 8)
            return ports + [UInt8(length >> 8), UInt8(length & 255), 0, 0]
        }
    }
}
