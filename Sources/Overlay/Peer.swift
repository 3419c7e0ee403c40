import Packet

/// Everything the engine keeps of one peer.
///
/// - Thread: the control thread.
final class Peer {
    /// Why a handshake is to begin as soon as one may.
    enum Wish {
        case none
        /// There is something to send and no session.
        case session
        /// A fresh session, whether there is one or not.
        case rekey
    }

    var settings: PeerSettings
    var endpoint: UnderlayAddress?
    var sessions = PeerSessions()
    /// Our handshake under way.
    var attempt: HandshakeAttempt?
    var wish = Wish.none
    var timers = PeerTimers()
    var activity = PeerActivity()
    var traffic = PeerReport.Traffic()
    var counts = HandshakeCounts()
    /// Whether the last handshake of ours was given up.
    var isUnreachable = false
    /// The cookies of the hosts behind its keys.
    var jars: [PublicKey: CookieJar] = [:]
    /// The greatest timestamp that each of its keys was used with.
    var latestTimestamps: [PublicKey: TAI64N] = [:]

    /// When we sent an initiation last; nil: never.
    var lastInitiationSent: UInt64?
    /// When it sent one last that we took; nil: never.
    var lastInitiationTaken: UInt64?
    /// When it sent a cookie last; nil: never.
    var lastCookie: UInt64?
    /// When keys were last agreed on; nil: never.
    var lastHandshake: UInt64?

    init(_ settings: PeerSettings) {
        self.settings = settings
        endpoint = settings.endpoint
    }

    /// Whether we send to wherever it was heard from last.
    var isFollowed: Bool { settings.roams || settings.endpoint == nil }

    /// Whether there is a session to send on.
    func isEstablished(now: UInt64) -> Bool { sessions.current?.maySend(now: now) ?? false }

    /// Writes mac2 to a handshake message that is about to go to the host with `key`.
    func stamp(_ message: inout [UInt8], for key: PublicKey, now: UInt64) {
        jars[key, default: CookieJar(remote: key)].stamp(&message, now: now)
    }

    /// Whether a cookie of it is still good, most likely.
    func holdsCookie(now: UInt64) -> Bool {
        guard let lastCookie else { return false }
        return now < lastCookie + CookieJar.cookieLifetime
    }

    /// Whether an initiation may be sent: not within 5 s of the last one (paper §6.1).
    func mayInitiate(now: UInt64) -> Bool {
        guard let lastInitiationSent else { return true }
        return now >= lastInitiationSent + ProtocolLimits.rekeyTimeout
    }

    /// Whether an initiation with this timestamp is news (paper §5.1); counts it if not.
    func takes(_ timestamp: TAI64N, of key: PublicKey, now: UInt64) -> Bool {
        if let latest = latestTimestamps[key], timestamp <= latest {
            counts.replayed += 1
            return false
        }
        if let last = lastInitiationTaken, now < last + ProtocolLimits.initiationInterval {
            counts.limited += 1
            return false
        }
        latestTimestamps[key] = timestamp
        lastInitiationTaken = now
        return true
    }
}
