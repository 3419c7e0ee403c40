/// When a session ends, and when it is time for the next one (WireGuard paper §6.1 and §6.2).
extension Session {
    /// How long the session has been there; 0 for a clock that lags behind the engine's.
    @inlinable package func age(now: UInt64) -> UInt64 { now > bornAt ? now &- bornAt : 0 }

    /// The counter of the next datagram, which is how many were sealed.
    @inlinable package var sentPackets: UInt64 { nextCounter.load(ordering: .relaxed) }

    /// Whether it may seal.
    @inlinable package func maySend(now: UInt64) -> Bool {
        age(now: now) < ProtocolLimits.rejectAfterTime
            && sentPackets < ProtocolLimits.rejectAfterMessages
    }

    /// Whether it may open.
    @inlinable package func mayReceive(now: UInt64) -> Bool {
        age(now: now) < ProtocolLimits.rejectAfterTime
    }

    /// Whether its use since it became old asks for a new handshake: by the initiator after
    /// 120 s of age or 2^60 datagrams when it sends, after 165 s when it receives.
    package func wantsRekey() -> Bool {
        guard role == .initiator else { return false }
        let lastSent = activity.lastSent.load(ordering: .relaxed)
        let lastReceived = activity.lastReceived.load(ordering: .relaxed)
        return age(now: lastSent) >= ProtocolLimits.rekeyAfterTime
            || age(now: lastReceived) >= ProtocolLimits.rekeyOnReceiveAfterTime
            || sentPackets >= ProtocolLimits.rekeyAfterMessages
    }
}
