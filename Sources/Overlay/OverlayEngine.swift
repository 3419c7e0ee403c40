/// The handshakes and timers of all peers (WireGuard paper §5 and §6). It is pure: datagrams, time
/// and randomness come in, ``Action``s come out.
///
/// ```
///            receive, wantsSession, heard, tick               takeActions
///  wire, clock, workers  ───────►  OverlayEngine  ───────►  wire, workers, disk
///                                   released ◄──── sessions ────► install, retire
/// ```
/// It makes the sessions, lends them to the workers, and frees them when they come back; in between
/// it reads their activity cells for its timers.
///
/// - Unit: `now` in monotonic nanoseconds, `wall` in nanoseconds since 1970 UTC; only timestamps
///   of initiations are made of the latter, and those never go backwards.
/// - Thread: the control thread, from ``configure(_:now:)`` to the last ``released(_:)``. Sessions
///   that were not given back when the engine ends are left alone: a worker may still use them.
@safe package struct OverlayEngine: ~Copyable {
    /// So many handshake datagrams in ``loadWindow`` are put down to a flood.
    package static let datagramCountMax = 128
    /// The time over which datagrams are counted.
    package static let loadWindow = 100 * ProtocolLimits.millisecond

    var identities: [PrivateKey]
    var clock: TAI64NClock
    let random: any RandomSource
    let keyLog: (any KeyLog)?

    /// In the order of the configuration, for the walks of the timers.
    var peers: [Peer] = []
    var peersByNumber: [PeerNumber: Peer] = [:]
    var peersByKey: [PublicKey: Peer] = [:]
    /// Who uses a local index: a handshake under way, or a session until it is released.
    var owners: [UInt32: Peer] = [:]
    /// Sessions that workers were told to let go of.
    var retired: Set<UnsafeMutablePointer<Session>> = unsafe []

    var checker: CookieChecker
    var limiter = HandshakeLimiter()
    var load = HandshakeLoad()
    /// What became of the datagrams that no peer can be charged with.
    package internal(set) var counts = EngineCounts()
    var actions: [Action] = []

    /// An engine without peers. The first identity calls, all of them answer; a key log is for
    /// tests only.
    package init(
        identities: [PrivateKey], clock: TAI64NClock, random: any RandomSource,
        keyLog: (any KeyLog)? = nil
    ) {
        self.identities = identities
        self.clock = clock
        self.random = random
        self.keyLog = keyLog
        checker = CookieChecker(identities: identities.map(\.publicKey))
    }

    /// What is to be done since the last call, in order.
    package mutating func takeActions() -> [Action] {
        defer { actions.removeAll() }
        return actions
    }

    /// The caller's queue of handshake datagrams is filling (an eighth is enough): for the next
    /// second senders prove their address first (paper §5.3).
    package mutating func queueIsFilling(now: UInt64) { load.begin(now: now) }

    /// Whether senders have to prove their address now.
    package func isUnderLoad(now: UInt64) -> Bool { load.isHigh(now: now) }

    /// The worker has let go of `session`: wipes its keys and frees it. The same session given
    /// back twice, or without having been retired, is ignored.
    package mutating func released(_ session: UnsafeMutablePointer<Session>) {
        guard unsafe retired.remove(session) != nil else { return }
        let index = unsafe session.pointee.localIndex
        if let owner = owners.removeValue(forKey: index) {
            unsafe owner.activity.absorb(session.pointee.activity)
            unsafe owner.traffic.add(session.pointee)
        }
        unsafe session.deinitialize(count: 1)
        unsafe session.deallocate()
    }

    /// An index that nothing of ours uses. Random, so that nobody who does not see our datagrams
    /// can guess it.
    func drawIndex() -> UInt32 {
        while true {
            let index = random.next(UInt32.self)
            if owners[index] == nil { return index }
        }
    }

    /// A random time below `limit`.
    func jitter(below limit: UInt64) -> UInt64 { random.next(UInt64.self) % limit }
}

/// Whether handshake datagrams come faster than they should be computed.
struct HandshakeLoad {
    private var highUntil: UInt64 = 0
    private var windowStart: UInt64 = 0
    private var datagramCount = 0

    /// Load is high from now on for a second.
    mutating func begin(now: UInt64) { highUntil = now + ProtocolLimits.loadPeriod }

    /// A handshake datagram came.
    mutating func count(now: UInt64) {
        if now >= windowStart + OverlayEngine.loadWindow { (windowStart, datagramCount) = (now, 0) }
        datagramCount += 1
        if datagramCount > OverlayEngine.datagramCountMax { begin(now: now) }
    }

    func isHigh(now: UInt64) -> Bool { now < highUntil }
}
