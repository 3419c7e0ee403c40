import Packet

extension VirtioNetHeader {
    /// The header of the same frame with `byteCount` more bytes before it; nil when its checksum
    /// would start beyond what can be said. What the flags give no meaning becomes zero.
    package func addingHeader(byteCount: Int) -> VirtioNetHeader? { moved(by: byteCount) }

    /// The header of the same frame without its first `byteCount` bytes; nil when its checksum
    /// starts within them.
    package func removingHeader(byteCount: Int) -> VirtioNetHeader? { moved(by: -byteCount) }

    private func moved(by distance: Int) -> VirtioNetHeader? {
        var moved = self
        if isChecksumPartial {
            guard let start = UInt16(exactly: Int(checksumStart) &+ distance) else { return nil }
            moved.checksumStart = start
        } else {
            (moved.checksumStart, moved.checksumOffset) = (0, 0)
        }
        // A hint that readers recompute: never a reason to refuse.
        moved.headerByteCount =
            headerByteCount == 0 ? 0 : UInt16(clamping: Int(headerByteCount) &+ distance)
        return moved
    }
}
