import Overlay
import Packet

/// What a worker keeps for one peer: where it is, and the session to seal with.
///
/// A session that only receives any more is found by its index alone (``SessionTable``).
@safe struct Lane: BitwiseCopyable {
    // Safe: sessions live until the engine is told that the worker let go of them.

    /// How often at most the engine is asked for a session.
    private static let askInterval: UInt64 = 100_000_000
    /// How often at most the engine is told where the peer is heard from: a pinned peer that sends
    /// from elsewhere would make each of its datagrams wake the other thread.
    private static let tellInterval: UInt64 = 10_000_000

    /// Seals what goes out.
    var current: UnsafeMutablePointer<Session>?
    /// Answered by us and not yet confirmed by the peer: seals from the first datagram on that it
    /// opens (WireGuard paper §5.4.4).
    var next: UnsafeMutablePointer<Session>?
    /// Where datagrams go; the control side learns and tells it.
    var endpoint: UnderlayAddress?
    /// The longest frame that the path carries, where that is less than configured; 0 if unknown.
    var frameByteCountMax = 0
    /// How many frames wait for a session.
    var heldCount = 0
    private var askedAt: UInt64 = 0
    private var toldAt: UInt64 = 0

    /// A lane to nowhere.
    init() {
        unsafe current = nil
        unsafe next = nil
    }

    /// The session to seal with at `now`, if there is one.
    func session(now: UInt64) -> UnsafeMutablePointer<Session>? {
        guard let session = unsafe current, unsafe session.pointee.maySend(now: now) else {
            return nil
        }
        return unsafe session
    }

    /// Takes over a session that the engine made.
    mutating func install(_ session: UnsafeMutablePointer<Session>, _ role: SessionRole) {
        switch role {
        case .initiator: unsafe current = unsafe session
        case .responder: unsafe next = unsafe session
        }
    }

    /// Notes that the peer has used `session`; whether that makes it the one to seal with.
    mutating func confirm(_ session: UnsafeMutablePointer<Session>) -> Bool {
        guard unsafe session == next else { return false }
        unsafe current = unsafe session
        unsafe next = nil
        return true
    }

    /// Forgets `session`.
    mutating func retire(_ session: UnsafeMutablePointer<Session>) {
        if unsafe current == session { unsafe current = nil }
        if unsafe next == session { unsafe next = nil }
    }

    /// Whether the engine should be asked for a session now.
    mutating func mayAsk(now: UInt64) -> Bool {
        guard now &- askedAt >= Self.askInterval else { return false }
        askedAt = now
        return true
    }

    /// Whether the engine should be told now that the peer was heard from elsewhere.
    mutating func mayTell(now: UInt64) -> Bool {
        guard now &- toldAt >= Self.tellInterval else { return false }
        toldAt = now
        return true
    }
}
