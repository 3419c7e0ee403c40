import Packet

/// The headers before a guest's frame as they came, kept to tell whether another plaintext has the
/// very same: then nothing need be asked about them again.
///
/// - Cost: a copy of 64 bytes, and one comparison of them for each plaintext.
package struct EncapsulationHeaders: Sendable, BitwiseCopyable {
    /// Where the frame begins, in bytes.
    package let frameOffset: Int
    private let byteCount: Int
    private let words: SIMD16<UInt32>
    private let mask: SIMD16<UInt32>

    /// How many bytes are looked at: more than any headers have.
    private static var windowByteCount: Int { 64 }

    /// Those of a plaintext whose frame begins at `frameOffset`, a multiple of 4; nil when it is
    /// too short to be worth the while.
    ///
    /// - Precondition: nothing was written to the plaintext since it was opened: a frame's
    ///   virtio-net header would lie over the VXLAN header.
    @unsafe package init?(_ plaintext: UnsafeRawPointer, byteCount: Int, frameOffset: Int) {
        guard byteCount >= Self.windowByteCount, frameOffset <= Self.windowByteCount else {
            return nil
        }
        self.frameOffset = frameOffset
        self.byteCount = byteCount
        // SAFETY: the plaintext has at least 64 bytes.
        words = unsafe plaintext.loadUnaligned(as: SIMD16<UInt32>.self)
        var mask = SIMD16<UInt32>()
        for lane in 0..<frameOffset / 4 { mask[lane] = .max }
        // The UDP checksum is the second half of its word; nobody looks at it.
        let checksum = (frameOffset - VXLANHeader.byteCount) / 4 - 1
        if mask.indices.contains(checksum) { mask[checksum] = UInt32(bigEndian: 0xffff_0000) }
        self.mask = mask
    }

    /// Whether the `byteCount` bytes at `plaintext` are as many, and begin with these headers.
    @unsafe package func begin(_ plaintext: UnsafeRawPointer, byteCount: Int) -> Bool {
        guard byteCount == self.byteCount else { return false }
        // SAFETY: as many bytes as the first one has, so at least 64.
        let others = unsafe plaintext.loadUnaligned(as: SIMD16<UInt32>.self)
        return ((words ^ others) & mask) == SIMD16<UInt32>()
    }
}
