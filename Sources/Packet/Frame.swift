/// A frame in a buffer slot: a reference that owns nothing, valid until its batch is reused.
///
/// - Shape of a slot: `headroom | virtio-net header, 10 bytes | Ethernet frame … | tailroom`.
/// - Thread: the worker that owns the slot.
// SAFETY: only the unsafe initialiser makes a frame, and its caller vouches for the slot's bounds;
// everything else here stays within them.
@safe @frozen public struct Frame: BitwiseCopyable {
    /// The first byte of the Ethernet frame.
    public var base: UnsafeMutableRawPointer
    /// How many bytes the Ethernet frame has; for scratch space, how many it may have.
    public var byteCount: Int

    /// Free bytes before the virtio-net header, for encapsulation.
    @inlinable public static var headroomByteCount: Int { 128 }
    /// The largest Ethernet frame: two headers and 65,535 bytes of IPv6 payload (RFC 8200 §3).
    @inlinable public static var byteCountMax: Int { 14 + 40 + 65_535 }

    /// The frame of `byteCount` bytes at `base`.
    ///
    /// `base` must be preceded by ``headroomByteCount`` + ``VirtioNetHeader/byteCount`` bytes of
    /// the same slot and followed by `byteCount` bytes of it.
    @unsafe @inlinable public init(base: UnsafeMutableRawPointer, byteCount: Int) {
        unsafe self.base = base
        self.byteCount = byteCount
    }

    /// The virtio-net header that lies directly before the frame.
    @inlinable public var virtio: VirtioNetHeader {
        get {
            unsafe base.loadUnaligned(
                fromByteOffset: -VirtioNetHeader.byteCount, as: VirtioNetHeader.self)
        }
        nonmutating set {
            unsafe base.storeBytes(
                of: newValue, toByteOffset: -VirtioNetHeader.byteCount, as: VirtioNetHeader.self)
        }
    }

    /// The bytes of the Ethernet frame, to read.
    @inlinable public var bytes: RawSpan {
        @_lifetime(borrow self) get {
            let span = unsafe RawSpan(_unsafeStart: base, byteCount: byteCount)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// The bytes of the Ethernet frame, to write. The caller sees to it that nobody reads
    /// meanwhile.
    @inlinable public var mutableBytes: MutableRawSpan {
        @_lifetime(borrow self) get {
            let span = unsafe MutableRawSpan(_unsafeStart: base, byteCount: byteCount)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }
}
