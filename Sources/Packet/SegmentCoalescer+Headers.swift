/// The headers of segments: what must be equal, and what those of the joined ones are.
extension SegmentCoalescer {
    /// Whether `bytes`, as many as the first segment has, are a packet of its length, too.
    func hasEqualLength(_ bytes: RawSpan) -> Bool {
        let field = first.networkOffset &+ (first.isIPv4 ? 2 : 4)
        var differences = held.bytes.differences(bytes, field, field &+ 2)
        if first.kind == .udp {
            let length = first.transportOffset &+ 4
            differences |= held.bytes.differences(bytes, length, length &+ 2)
        }
        return differences == 0
    }

    /// Whether the checksum of the IP header is right; IPv6 has none.
    func hasValidIPChecksum(_ bytes: RawSpan) -> Bool {
        guard first.isIPv4 else { return true }
        let packet = bytes.extracting(droppingFirst: first.networkOffset)
        return IPv4Header(packet)?.hasValidChecksum ?? false
    }

    /// Whether the headers of `bytes`, as long as those held, are equal to them, apart from what
    /// must differ.
    func hasEqualHeaders(_ bytes: RawSpan) -> Bool {
        let own = held.bytes
        let (network, transport) = (first.networkOffset, first.transportOffset)
        guard own.differences(bytes, 0, network) == 0 else { return false }
        var differences: UInt64
        if first.isIPv4 {
            // Not the total length (2), the identification (4) and the checksum (10).
            differences = own.differences(bytes, network, network &+ 2)
            differences |= own.differences(bytes, network &+ 6, network &+ 10)
            differences |= own.differences(bytes, network &+ 12, transport)
        } else {
            // Not the payload length (4).
            differences = own.differences(bytes, network, network &+ 4)
            differences |= own.differences(bytes, network &+ 6, transport)
        }
        guard differences == 0 else { return false }
        // Of UDP not length (4) and checksum (6).
        return first.kind == .tcp
            ? hasEqualTCPHeaders(own, bytes)
            : own.differences(bytes, transport, transport &+ 4) == 0
    }

    /// The same for TCP: not sequence (4) and checksum (16); of the flags, FIN and PSH may be new,
    /// and CWR stands in the first segment only.
    private func hasEqualTCPHeaders(_ own: RawSpan, _ bytes: RawSpan) -> Bool {
        let transport = first.transportOffset
        let ends = TCPFlags([.fin, .psh, .cwr]).rawValue
        let control: UInt32 = own.bigEndian(at: transport &+ 12)
        let others: UInt32 = bytes.bigEndian(at: transport &+ 12)
        var differences = UInt64((control ^ others) & ~(UInt32(ends) << 16))
        differences |= own.differences(bytes, transport, transport &+ 4)
        differences |= own.differences(bytes, transport &+ 8, transport &+ 12)
        differences |= own.differences(bytes, transport &+ 18, first.payloadOffset)
        return differences == 0
    }
}

extension SegmentCoalescer {
    /// Makes the headers in the slot those of a super-frame, as a guest's kernel writes them.
    func writeHeaders() {
        var bytes = held.mutableBytes
        let (network, transport) = (first.networkOffset, first.transportOffset)
        let packetByteCount = bytes.byteCount &- network
        if first.isIPv4 {
            bytes.store(UInt16(truncatingIfNeeded: packetByteCount), at: network &+ 2)
            IPv4Header.storeChecksum(at: network, in: &bytes)
        } else {
            let payload = packetByteCount &- IPv6Header.byteCount
            bytes.store(UInt16(truncatingIfNeeded: payload), at: network &+ 4)
        }
        let byteCount = bytes.byteCount &- transport
        if first.kind == .tcp {
            bytes.store(first.tcpFlags.rawValue, at: transport &+ 13)
        } else {
            bytes.store(UInt16(truncatingIfNeeded: byteCount), at: transport &+ 4)
        }
        let pseudo = Checksum(pseudoHeaderOf: first.fiveTuple, byteCount: byteCount)
        bytes.store(pseudo.folded, at: transport &+ checksumOffset)
        held.virtio = virtio
    }

    private var checksumOffset: Int {
        first.kind == .tcp ? TCPHeader.checksumOffset : UDPHeader.checksumOffset
    }

    /// The virtio-net header of the super-frame (virtio 1.2 §5.1.6.2).
    private var virtio: VirtioNetHeader {
        var header = VirtioNetHeader()
        header.flags = VirtioNetHeader.needsChecksum
        header.gsoType = gsoType
        header.gsoSize = UInt16(truncatingIfNeeded: payloadByteCountMax)
        header.headerByteCount = UInt16(truncatingIfNeeded: first.payloadOffset)
        header.checksumStart = UInt16(truncatingIfNeeded: first.transportOffset)
        header.checksumOffset = UInt16(truncatingIfNeeded: checksumOffset)
        return header
    }

    private var gsoType: UInt8 {
        guard first.kind == .tcp else { return VirtioNetHeader.gsoUDPL4 }
        let type = first.isIPv4 ? VirtioNetHeader.gsoTCPv4 : VirtioNetHeader.gsoTCPv6
        return first.tcpFlags.contains(.cwr) ? type | VirtioNetHeader.gsoECN : type
    }
}

extension RawSpan {
    /// The bits in which the bytes from `start` to `end` differ from those of `other`, piled on
    /// each other; zero if none. The range must lie inside both and be of even size.
    fileprivate func differences(_ other: RawSpan, _ start: Int, _ end: Int) -> UInt64 {
        var bits: UInt64 = 0
        var offset = start
        while offset &+ 8 <= end {
            bits |= bigEndian(at: offset, as: UInt64.self) ^ other.bigEndian(at: offset)
            offset &+= 8
        }
        while offset < end {
            bits |= UInt64(bigEndian(at: offset, as: UInt16.self) ^ other.bigEndian(at: offset))
            offset &+= 2
        }
        return bits
    }
}
