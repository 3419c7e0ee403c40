import Synchronization

/// One session with a peer: the keys of both directions, and what keeps each nonce single
/// (WireGuard paper §5.4.6).
///
/// ```
///  0      1        4               8                       16                    16 + n
///  | 4 | 0 0 0 | receiver index | counter, little endian | plaintext sealed, n | tag, 16 |
/// ```
///
/// The engine makes it on the heap, hands it to a worker with ``OverlayEngine/Action/install``, and
/// frees it when the worker gave it back; its keys are wiped then.
///
/// - Cost: the cipher's, plus one fetch-and-add and a few stores; no allocation.
/// - Thread: ``open(_:byteCount:now:)`` and ``seal(_:byteCount:now:)`` are one worker's, because
///   each direction has one cipher context. (The counter is atomic already, for the day when
///   several workers seal with contexts of their own.) ``activity`` may be read by anyone.
@safe package struct Session: ~Copyable {
    /// Bytes of a transport datagram before the plaintext.
    package static let headerByteCount = 16
    /// Bytes behind it.
    package static let tagByteCount = 16
    /// Both.
    package static let overheadByteCount = headerByteCount + tagByteCount
    /// The message type of transport data, and the three zero bytes behind it (little endian).
    @usableFromInline static let messageType: UInt32 = 4

    /// What became of a datagram.
    package enum OpenResult: Equatable, Sendable, BitwiseCopyable {
        /// Authentic and new: so many bytes of plaintext lie ``headerByteCount`` into the
        /// datagram. None: a keepalive.
        case packet(byteCount: Int)
        /// Not a transport datagram.
        case malformed
        /// The session is too old to receive.
        case expired
        /// Not sealed by the peer, or changed on the way. The buffer's content is undefined.
        case authentication
        /// Authentic, and seen before or too late to tell.
        case replay
    }

    /// The peer on the other end.
    package let peer: PeerNumber
    /// The index that the peer's datagrams carry.
    package let localIndex: UInt32
    /// The index that ours carry.
    package let remoteIndex: UInt32
    /// Who began the handshake.
    package let role: SessionRole
    /// When the keys were agreed on.
    package let bornAt: UInt64
    /// What was sent and received.
    package let activity = Activity()

    @usableFromInline let sealing: TransportCipher
    @usableFromInline let opening: TransportCipher
    @usableFromInline let nextCounter: Atomic<UInt64>
    /// Outside of the struct, so that the worker can change it while the engine reads the rest.
    @usableFromInline let window: UnsafeMutablePointer<ReplayWindow>

    /// The session of `keys`, from counter 0; nil when the cipher has no memory.
    package init?(keys: consuming SessionKeys, peer: PeerNumber, now: UInt64) {
        self.init(keys: keys, peer: peer, now: now, firstCounter: 0)
    }

    /// As ``init(keys:peer:now:)``, sealing from `firstCounter` on: for tests of the limits.
    package init?(
        keys: consuming SessionKeys, peer: PeerNumber, now: UInt64, firstCounter: UInt64
    ) {
        (localIndex, remoteIndex, role) = (keys.localIndex, keys.remoteIndex, keys.role)
        guard let sealing = TransportCipher(key: keys.send),
            let opening = TransportCipher(key: keys.receive)
        else { return nil }
        self.sealing = sealing
        self.opening = opening
        self.peer = peer
        bornAt = now
        nextCounter = Atomic(firstCounter)
        unsafe window = .allocate(capacity: 1)
        unsafe window.initialize(to: ReplayWindow())
    }

    deinit {
        unsafe window.deinitialize(count: 1)
        unsafe window.deallocate()
    }

    /// Seals `byteCount` bytes in place: the header is written to the 16 bytes before `plaintext`,
    /// the tag to the 16 bytes behind. No bytes: a keepalive.
    ///
    /// False when the session is at its end; the buffer is worthless then, and nothing may be sent.
    ///
    /// SAFETY: the caller vouches for 16 writable bytes on both sides.
    @inlinable package func seal(
        _ plaintext: UnsafeMutableRawPointer, byteCount: Int, now: UInt64
    ) -> Bool {
        guard maySend(now: now) else { return false }
        // Each value is given out once. Between the check above and this line as many can be taken
        // as there are workers, far less than the 2^13 that are left behind the limit.
        let counter = nextCounter.wrappingAdd(1, ordering: .relaxed).oldValue
        let header = unsafe plaintext - Self.headerByteCount
        unsafe header.storeBytes(of: Self.messageType.littleEndian, as: UInt32.self)
        unsafe header.storeBytes(of: remoteIndex.littleEndian, toByteOffset: 4, as: UInt32.self)
        unsafe header.storeBytes(of: counter.littleEndian, toByteOffset: 8, as: UInt64.self)
        guard unsafe sealing.seal(plaintext, byteCount: byteCount, counter: counter) else {
            return false
        }
        activity.noteSent(byteCount: byteCount, now: now)
        return true
    }

    /// Opens a datagram in place that carries this session's ``localIndex``.
    ///
    /// SAFETY: the caller vouches for `byteCount` writable bytes.
    @inlinable package func open(
        _ datagram: UnsafeMutableRawPointer, byteCount: Int, now: UInt64
    ) -> OpenResult {
        guard unsafe Self.localIndex(of: datagram, byteCount: byteCount) != nil else {
            return .malformed
        }
        guard mayReceive(now: now) else { return .expired }
        let counter = unsafe UInt64(
            littleEndian: datagram.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        let sealed = byteCount &- Self.headerByteCount
        guard
            unsafe opening.open(
                datagram + Self.headerByteCount, byteCount: sealed, counter: counter)
        else { return .authentication }
        guard unsafe window.pointee.accept(counter) else { return .replay }
        let plaintext = sealed &- Self.tagByteCount
        activity.noteReceived(byteCount: plaintext, now: now)
        return .packet(byteCount: plaintext)
    }

    /// The receiver index of a transport datagram, or nil when it is none.
    ///
    /// SAFETY: the caller vouches for `byteCount` readable bytes.
    @inlinable package static func localIndex(
        of datagram: UnsafeRawPointer, byteCount: Int
    ) -> UInt32? {
        guard byteCount >= overheadByteCount,
            unsafe UInt32(littleEndian: datagram.loadUnaligned(as: UInt32.self)) == messageType
        else { return nil }
        return unsafe UInt32(
            littleEndian: datagram.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    }
}
