/// When a peer was last sent to and heard from, over all its sessions and handshakes.
struct PeerActivity: Equatable {
    var lastDataSent: UInt64 = 0
    var lastSent: UInt64 = 0
    var lastDataReceived: UInt64 = 0
    var lastReceived: UInt64 = 0

    /// Takes in what a session did meanwhile.
    mutating func absorb(_ activity: borrowing Session.Activity) {
        lastDataSent = max(lastDataSent, activity.lastDataSent.load(ordering: .relaxed))
        lastSent = max(lastSent, activity.lastSent.load(ordering: .relaxed))
        lastDataReceived = max(lastDataReceived, activity.lastDataReceived.load(ordering: .relaxed))
        lastReceived = max(lastReceived, activity.lastReceived.load(ordering: .relaxed))
    }
}

/// The timers of an established peer (WireGuard paper §6.5): who was sent data answers within
/// 10 s, so who sent data and hears nothing for 15 s knows that something is wrong.
///
/// They are looked at every tick, and armed by what the workers noted in between: a time is as
/// late as the tick is long, at most.
struct PeerTimers {
    /// What is due.
    struct Due: Equatable {
        var keepalive = false
        var handshake = false
    }

    private var keepalive = AnswerTimer(timeout: ProtocolLimits.keepaliveTimeout)
    private var silence = AnswerTimer(timeout: ProtocolLimits.silenceTimeout)
    /// When the last persistent keepalive was asked for.
    private var persistentAt: UInt64 = 0

    /// What is due at `now`; `interval` is the persistent keepalive's, 0 for none.
    mutating func tick(_ activity: PeerActivity, interval: UInt64, now: UInt64) -> Due {
        var due = Due()
        due.keepalive = keepalive.isDue(
            asked: activity.lastDataReceived, answered: activity.lastSent, now: now)
        due.handshake = silence.isDue(
            asked: activity.lastDataSent, answered: activity.lastReceived, now: now)
        let lastTraffic = max(activity.lastSent, activity.lastReceived, persistentAt)
        if interval > 0 && now >= lastTraffic + interval {
            due.keepalive = true
            persistentAt = now
        }
        return due
    }
}

/// Fires when something was asked and nothing answered since, for a while after the first asking.
private struct AnswerTimer {
    let timeout: UInt64
    /// The first asking that waits for an answer; 0: none.
    private var armedAt: UInt64 = 0
    /// The last asking that a firing has dealt with.
    private var handled: UInt64 = 0

    init(timeout: UInt64) { self.timeout = timeout }

    mutating func isDue(asked: UInt64, answered: UInt64, now: UInt64) -> Bool {
        if answered >= armedAt { armedAt = 0 }
        if armedAt == 0 && asked > max(answered, handled) { armedAt = asked }
        guard armedAt > 0, now >= armedAt + timeout else { return false }
        (armedAt, handled) = (0, asked)
        return true
    }
}
