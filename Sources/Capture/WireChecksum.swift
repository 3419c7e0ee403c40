import Packet

/// The transport checksum that a frame has on the wire, when its sender left it to be completed.
///
/// The field holds the sum of the pseudo-header; the checksum is that of everything from
/// `checksumStart` to the frame's end (virtio 1.2 §5.1.6.2). For a super-frame it is that of the
/// one large packet, before it is cut into segments.
package struct WireChecksum: Equatable {
    /// Where the field stands in the frame.
    package let offset: Int
    /// The checksum in host byte order; zero stands as 0xffff, as the kernel writes it.
    package let value: UInt16

    /// Where the field ends.
    package var end: Int { offset + 2 }

    /// The checksum of `frame`; nil when it is complete, or `header` names a field outside the
    /// frame.
    package init?(of frame: RawSpan, _ header: VirtioNetHeader) {
        let start = Int(header.checksumStart)
        offset = start + Int(header.checksumOffset)
        guard header.isChecksumPartial, offset + 2 <= frame.byteCount else { return nil }
        var checksum = Checksum()
        checksum.add(frame.extracting(droppingFirst: start))
        value = checksum.valueForUDP
    }
}
