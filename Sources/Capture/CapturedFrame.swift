/// A captured frame in the ring, to be read in place: valid within the call that hands it out.
public struct CapturedFrame: ~Escapable {
    /// When, where, and what became of the frame.
    public let record: CaptureRecord
    /// The whole Ethernet frame, as the guest or the switch wrote it: its checksum may be partial.
    public let bytes: RawSpan

    /// The frame of `record`, whose bytes are `bytes`.
    @_lifetime(copy bytes)
    package init(_ record: CaptureRecord, _ bytes: RawSpan) {
        self.record = record
        self.bytes = bytes
    }
}
