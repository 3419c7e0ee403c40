/// The constants of the protocol (WireGuard paper §6.1, "Preliminaries", and §5.3), in monotonic
/// nanoseconds and in messages.
@usableFromInline package enum ProtocolLimits {
    /// One second.
    @usableFromInline package static let second: UInt64 = 1_000_000_000
    /// One millisecond.
    package static let millisecond: UInt64 = 1_000_000

    /// REKEY-AFTER-MESSAGES: an initiator replaces a session that sealed so many.
    @usableFromInline package static let rekeyAfterMessages: UInt64 = 1 << 60
    /// REJECT-AFTER-MESSAGES: no session seals or opens this counter or a later one. It leaves
    /// the replay window's 2^13 below the end, so that no sum of counters wraps.
    @usableFromInline package static let rejectAfterMessages: UInt64 = .max - (1 << 13)

    /// REKEY-AFTER-TIME: an initiator replaces a session of this age when it next sends.
    @usableFromInline package static let rekeyAfterTime = 120 * second
    /// REJECT-AFTER-TIME: a session of this age neither seals nor opens.
    @usableFromInline package static let rejectAfterTime = 180 * second
    /// An initiator replaces a session of this age when it next receives: there is time left for
    /// one keepalive and one retry before the end (§6.2).
    @usableFromInline package static let rekeyOnReceiveAfterTime =
        rejectAfterTime - keepaliveTimeout - rekeyTimeout
    /// REKEY-ATTEMPT-TIME: so long is a handshake tried.
    package static let rekeyAttemptTime = 90 * second
    /// REKEY-TIMEOUT: so long after an initiation no other is sent.
    @usableFromInline package static let rekeyTimeout = 5 * second
    /// At most this is added to ``rekeyTimeout``, at random, so that two hosts do not stay in step.
    package static let retryJitterMax = 334 * millisecond
    /// KEEPALIVE-TIMEOUT: who was sent data answers after this time at the latest.
    @usableFromInline package static let keepaliveTimeout = 10 * second
    /// Who sent data and heard nothing for so long begins a handshake (§6.5).
    package static let silenceTimeout = keepaliveTimeout + rekeyTimeout
    /// After so long without a handshake no secret of a peer remains (§6.3).
    package static let wipeAfterTime = 3 * rejectAfterTime

    /// A responder whose initiator did not replace a session of this age begins a handshake of
    /// its own. Not in the paper, and allowed by it: after two crossing handshakes each host may
    /// hold the other for the initiator, and both would wait until the session ends.
    package static let responderRekeyAfterTime = 170 * second
    /// At most this is added to ``responderRekeyAfterTime``, at random.
    package static let responderJitterMax = 3 * second

    /// The least time between two initiations of one peer that are answered.
    package static let initiationInterval = 20 * millisecond
    /// Cookie mode lasts so long after its cause.
    package static let loadPeriod = second
}
