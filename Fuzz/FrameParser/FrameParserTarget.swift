/// libFuzzer's entry: 10 bytes of virtio-net header, then the frame. Parses it, does to it all that
/// the switch may do (FrameExercise), and traps when a promise is broken.
///
/// The frame is tried again with its IPv4 header checksum repaired, which the fuzzer cannot guess.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFrameParser(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count >= VirtioNetHeader.byteCount else { return 0 }
    let virtio = UnsafeRawPointer(data).loadUnaligned(as: VirtioNetHeader.self)
    let frame = [UInt8](
        UnsafeBufferPointer(start: data, count: count)[VirtioNetHeader.byteCount...])
    for octets in [frame, withIPv4Checksum(frame)] {
        if let violation = FrameExercise.violation(octets, virtio) {
            fatalError("broken promise: \(violation)")
        }
    }
    return 0
}
