import Packet

/// What a host seals around a guest's frame, byte by byte as an honest or a dishonest one would lay
/// it out: IPv4, UDP, VXLAN with a group (RFC 7348 §5), the frame, and zeros to a multiple of 16.
struct InnerPacket {
    var source = OverlayRig.overlayAddress(1)
    var destination = OverlayRig.overlayAddress(0)
    var fragmentField: UInt16 = 0x4000
    var port: UInt16 = 4_789
    /// G and I are set: the group and the network hold.
    var flags: UInt8 = 0x88
    var group: UInt16 = 7
    var vni: UInt32 = 42
    /// What the lengths in the headers say; nil tells the truth.
    var totalLength: UInt16?
    var udpLength: UInt16?
    var frame: [UInt8]

    init(_ frame: [UInt8]) { self.frame = frame }

    /// How many bytes come before the frame.
    static let headerByteCount = 36

    private var vxlan: [UInt8] {
        let network = (0..<3).reversed().map { UInt8(truncatingIfNeeded: vni >> UInt32(8 * $0)) }
        return [flags, 0] + word(group) + network + [0]
    }

    /// The packet without padding.
    var unpadded: [UInt8] {
        let length = udpLength ?? UInt16(truncatingIfNeeded: 16 + frame.count)
        let datagram = word(50_000) + word(port) + word(length) + [0, 0] + vxlan + frame
        var bytes = Self.ipv4(17, datagram, from: source, to: destination)
        bytes.replaceSubrange(6..<8, with: word(fragmentField))
        if let totalLength { bytes.replaceSubrange(2..<4, with: word(totalLength)) }
        return Self.repaired(bytes)
    }

    /// The plaintext.
    var plaintext: [UInt8] { Self.padded(unpadded) }
}

extension InnerPacket {
    /// `bytes` and zeros to a multiple of 16.
    static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (16 - bytes.count % 16) % 16)
    }

    /// An IPv4 packet between hosts, with its header's checksum.
    static func ipv4(
        _ ipProtocol: UInt8, _ payload: [UInt8],
        from source: IPAddress = OverlayRig.overlayAddress(1),
        to destination: IPAddress = OverlayRig.overlayAddress(0)
    ) -> [UInt8] {
        let length = word(UInt16(truncatingIfNeeded: 20 + payload.count))
        let front = [0x45, 0] + length + [0, 0, 0x40, 0, 64, ipProtocol, 0, 0]
        return repaired(front + octets(source) + octets(destination) + payload)
    }

    /// `bytes` with the checksum of its IPv4 header made right, so that what is behind it is read.
    static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= 20, bytes[0] == 0x45 else { return bytes }
        var bytes = bytes
        bytes.replaceSubrange(10..<12, with: [0, 0])
        bytes.replaceSubrange(10..<12, with: word(internetChecksum(bytes[..<20])))
        return bytes
    }
}

/// The checksum of RFC 1071 §1, in the simplest way.
func internetChecksum(_ octets: some Sequence<UInt8>) -> UInt16 {
    var sum: UInt32 = 0
    for (index, octet) in octets.enumerated() {
        sum += index % 2 == 0 ? UInt32(octet) << 8 : UInt32(octet)
        if sum > 0xffff { sum -= 0xffff }
    }
    return ~UInt16(sum)
}
