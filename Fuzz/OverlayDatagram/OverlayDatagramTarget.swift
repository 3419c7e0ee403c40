/// libFuzzer's entry: what a peer sealed, after it was opened. The plaintext is read, the frame in it
/// parsed, a probe answered, as `DataPath/FromUnderlay.swift` does; a broken promise traps.
///
/// What comes before the cipher has no parser of its own: a type, an index and lengths, which
/// `OverlayTests` try at every value and length.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOverlayDatagram(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    for octets in [copy(data, count), repaired(copy(data, count))] { judge(octets) }
    return 0
}

private func copy(_ data: UnsafePointer<UInt8>, _ count: Int) -> [UInt8] {
    Array(UnsafeBufferPointer(start: data, count: count))
}

private func judge(_ octets: [UInt8]) {
    var octets = octets
    octets.withUnsafeMutableBytes { buffer in
        let plaintext = RawSpan(_unsafeBytes: UnsafeRawBufferPointer(buffer))
        let packet = DecapsulatedPacket(plaintext)
        switch packet.kind {
        case .keepalive, .fragment, .malformed: return
        case .vxlan:
            let end = packet.frameOffset + packet.frameByteCount
            precondition(packet.frameByteCount >= 14 && end <= buffer.count)
            _ = ParsedFrame(
                plaintext.extracting(packet.frameOffset..<end), virtio: VirtioNetHeader())
        case .host:
            precondition(packet.byteCount <= buffer.count)
            answer(UnsafeMutableRawBufferPointer(rebasing: buffer[..<packet.byteCount]))
        }
    }
}

/// A probe that is turned around is a reply, and no longer a request.
private func answer(_ packet: UnsafeMutableRawBufferPointer) {
    var bytes = MutableRawSpan(_unsafeBytes: packet)
    guard case .request = PathProbe(bytes.bytes) else { return }
    PathProbe.turnIntoReply(&bytes)
    guard case .reply = PathProbe(bytes.bytes) else { fatalError("a reply that is none") }
}

/// The same plaintext with its IPv4 header checksum right, which the fuzzer cannot guess.
private func repaired(_ octets: [UInt8]) -> [UInt8] {
    guard octets.count >= 20, octets[0] >> 4 == 4 else { return octets }
    let end = min(Int(octets[0] & 15) * 4, octets.count)
    var copy = octets
    (copy[10], copy[11]) = (0, 0)
    var sum: UInt32 = 0
    for index in stride(from: 0, to: end - 1, by: 2) {
        sum += UInt32(copy[index]) << 8 | UInt32(copy[index + 1])
        if sum > 0xffff { sum -= 0xffff }
    }
    (copy[10], copy[11]) = (UInt8(~sum >> 8 & 0xff), UInt8(~sum & 0xff))
    return copy
}
