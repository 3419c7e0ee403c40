/// Finds out how large the datagrams to one peer may be (datagram packetization layer path MTU
/// discovery, RFC 8899 §5), by echoes of chosen sizes inside the encryption.
///
/// It begins with the assumption that the path carries what the first hop carries, and tries
/// just that. A size counts as too large only when it was lost three times *and* a smaller one
/// came back: a peer that is down, or answers no echo, changes nothing. In between it halves the
/// range. A confirmed size is tried again every 15 s, so that a path that shrank without a word
/// (a black hole) is noticed; every 10 minutes a larger size is tried.
///
/// - Unit: bytes of plaintext of one transport datagram, multiples of 16; monotonic nanoseconds.
/// - Thread: the control thread.
package struct PathMTUProbe: Sendable, BitwiseCopyable {
    /// What is known of the path.
    package enum State: Sendable, BitwiseCopyable {
        /// The range is being narrowed.
        case searching
        /// The size was answered.
        case confirmed
        /// Nothing is answered: the size is an assumption, or what was last confirmed.
        case unanswered
    }

    /// PROBE_TIMER (§5.1.1): an echo that is not answered within this time is lost.
    package static let probeTimeout = ProtocolLimits.second
    /// MAX_PROBES (§5.1.2): so many lost echoes in a row condemn a size.
    package static let lossCountMax = 3
    /// CONFIRMATION_TIMER: the time between two echoes of the confirmed size.
    package static let confirmationInterval = 15 * ProtocolLimits.second
    /// PMTU_RAISE_TIMER: after so long larger sizes are tried again.
    package static let raiseInterval = 600 * ProtocolLimits.second
    private static let step = 16

    /// The size that every path must carry (BASE_PLPMTU): IPv6 asks for 1,280-byte packets.
    private let base: Int
    /// The size that the first hop carries (MAX_PLPMTU).
    private var limit: Int
    /// The greatest size that came back in this search; 0: none yet.
    private var passing = 0
    /// The least size that was lost in this search; above ``limit``: none yet.
    private var failing: Int
    /// The echo under way; 0: none.
    private var outstanding = 0
    private var sentAt: UInt64 = 0
    private var lossCount = 0
    /// When the next echo goes out, if none is under way.
    private var dueAt: UInt64
    private var raiseAt: UInt64 = 0

    /// The largest plaintext that may be sent to the peer now.
    package private(set) var plaintextByteCount: Int
    /// What is known of the path.
    package private(set) var state = State.searching

    /// A search between `base`, the plaintext at a path MTU of 1,280 bytes, and `limit`, the one
    /// at the MTU of the first hop.
    package init(base: Int, limit: Int, now: UInt64) {
        self.limit = Self.floor16(limit)
        self.base = min(Self.floor16(base), self.limit)
        failing = self.limit + Self.step
        plaintextByteCount = self.limit
        dueAt = now
    }

    /// Forgets the path: the peer is reached another way, or the first hop changed.
    package mutating func restart(limit: Int, now: UInt64) {
        self = PathMTUProbe(base: base, limit: limit, now: now)
    }

    /// The plaintext size of an echo request to send now, or nil. Ask every tick while there is
    /// a session.
    package mutating func next(now: UInt64) -> Int? {
        if outstanding > 0 {
            guard now >= sentAt + Self.probeTimeout else { return nil }
            lossCount += 1
            if lossCount < Self.lossCountMax { return send(outstanding, now: now) }
            fail(outstanding, now: now)
        }
        guard now >= dueAt else { return nil }
        if state == .confirmed && now >= raiseAt { tryLarger(now: now) }
        lossCount = 0
        return send(candidate, now: now)
    }

    /// The answer to an echo with a plaintext of `byteCount` came.
    package mutating func acknowledged(_ byteCount: Int, now: UInt64) {
        guard byteCount == outstanding, byteCount > 0 else { return }
        outstanding = 0
        passing = byteCount
        if byteCount > plaintextByteCount || plaintextByteCount >= failing {
            plaintextByteCount = byteCount
        }
        if state == .unanswered { state = .searching }
        settle(now: now)
    }

    /// The kernel refused to send a plaintext of `byteCount`: too large for the first hop.
    package mutating func refused(_ byteCount: Int, now: UInt64) {
        if byteCount == outstanding && byteCount > 0 {
            fail(byteCount, now: now)
        } else if byteCount > base && byteCount <= plaintextByteCount {
            beginSearch(failing: Self.floor16(byteCount + Self.step - 1), now: now)
        }
    }

    /// The size to try next: in a new search the limit, else the base, else the middle.
    private var candidate: Int {
        if state == .confirmed { return plaintextByteCount }
        if failing > limit { return limit }
        if passing < base { return base }
        return Self.floor16((passing + failing) / 2)
    }

    private mutating func send(_ byteCount: Int, now: UInt64) -> Int {
        outstanding = byteCount
        sentAt = now
        return byteCount
    }

    /// `byteCount` is held for too large.
    private mutating func fail(_ byteCount: Int, now: UInt64) {
        if byteCount <= base {
            outstanding = 0
            beginSearch(failing: limit + Self.step, now: now + Self.confirmationInterval)
            state = .unanswered
        } else if state == .confirmed {
            beginSearch(failing: byteCount, now: now)
        } else {
            outstanding = 0
            failing = byteCount
            settle(now: now)
        }
    }

    /// Ends the search when nothing is left between the sizes that pass and that fail.
    private mutating func settle(now: UInt64) {
        dueAt = now
        guard state == .confirmed || passing >= base && failing - passing <= Self.step else {
            return
        }
        if state != .confirmed { raiseAt = now + Self.raiseInterval }
        state = .confirmed
        plaintextByteCount = passing
        dueAt = now + Self.confirmationInterval
    }

    private mutating func beginSearch(failing byteCount: Int, now: UInt64) {
        (outstanding, passing, failing, dueAt) = (0, 0, byteCount, now)
        state = .searching
    }

    private mutating func tryLarger(now: UInt64) {
        guard plaintextByteCount < limit else {
            raiseAt = now + Self.raiseInterval
            return
        }
        (passing, failing, state) = (plaintextByteCount, limit + Self.step, .searching)
    }

    private static func floor16(_ byteCount: Int) -> Int { byteCount & ~15 }
}
