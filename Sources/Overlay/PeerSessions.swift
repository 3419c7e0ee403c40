/// A session as the engine keeps it: with the keys of the hosts that agreed on it.
@safe struct SessionRecord {
    let session: UnsafeMutablePointer<Session>
    /// Our key at the time.
    let localKey: PublicKey
    /// The peer's key at the time.
    let remoteKey: PublicKey
    /// When a responder stops waiting for its initiator to begin anew.
    let responderRekeyAt: UInt64

    /// The session. SAFETY: freed by the engine alone, after its record is gone.
    var role: SessionRole { unsafe session.pointee.role }
    var bornAt: UInt64 { unsafe session.pointee.bornAt }
    var localIndex: UInt32 { unsafe session.pointee.localIndex }

    /// Whether its keys may still seal.
    func maySend(now: UInt64) -> Bool { unsafe session.pointee.maySend(now: now) }

    /// Whether the peer has proved that it holds the same keys.
    var isConfirmed: Bool {
        unsafe session.pointee.activity.lastReceived.load(ordering: .relaxed) > 0
    }

    /// Whether a new handshake should replace it now.
    func wantsRekey(now: UInt64) -> Bool {
        if unsafe session.pointee.wantsRekey() { return true }
        let lastSent = unsafe session.pointee.activity.lastSent.load(ordering: .relaxed)
        return role == .responder && lastSent >= responderRekeyAt
    }
}

/// A peer's sessions (WireGuard paper §6.3), in the same order as the worker has them.
///
/// The paper's three slots, with room for more old ones: when handshakes cross, two sessions are
/// made at once, and datagrams sealed with the one before must still be opened.
struct PeerSessions {
    /// How many replaced sessions may still receive.
    static let oldCountMax = 3

    /// The one that is sent on.
    private(set) var current: SessionRecord?
    /// A responder's, until its first datagram comes.
    private(set) var next: SessionRecord?
    /// Replaced ones that may still receive, the newest last.
    private var old: [SessionRecord] = []

    /// All of them.
    var all: [SessionRecord] { old + [current, next].compactMap(\.self) }

    /// Adds a session; returns those for which there is no room any more.
    mutating func install(_ record: SessionRecord) -> [SessionRecord] {
        switch record.role {
        case .initiator:
            _ = confirmNext()
            retain(current)
            current = record
        case .responder:
            retain(next)
            next = record
        }
        return trim()
    }

    /// Makes `next` the current one if its first datagram has come; returns whether it did.
    mutating func confirmNext() -> Bool {
        guard let confirmed = next, confirmed.isConfirmed else { return false }
        retain(current)
        (current, next) = (confirmed, nil)
        return true
    }

    /// Takes out and returns those that `condition` holds for.
    mutating func remove(where condition: (SessionRecord) -> Bool) -> [SessionRecord] {
        let removed = all.filter(condition)
        old.removeAll(where: condition)
        if let record = current, condition(record) { current = nil }
        if let record = next, condition(record) { next = nil }
        return removed
    }

    /// Takes out and returns the oldest of too many.
    mutating func trim() -> [SessionRecord] {
        let excess = Array(old.prefix(max(0, old.count - Self.oldCountMax)))
        old.removeFirst(excess.count)
        return excess
    }

    private mutating func retain(_ record: SessionRecord?) {
        if let record { old.append(record) }
    }
}
