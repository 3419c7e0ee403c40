import Packet

/// What the engine knows of a peer, for people and metrics.
package struct PeerReport: Equatable, Sendable {
    /// Where a peer stands.
    package enum State: String, Sendable {
        /// There is no session, and nobody asked for one.
        case idle
        /// An initiation is under way, and there is no session to send on.
        case handshaking
        /// There is a session to send on.
        case established
        /// The last handshake was given up after 90 s.
        case unreachable
    }

    /// Where its datagrams are sent to.
    package var endpoint: UnderlayAddress?
    /// Where it stands.
    package var state: State
    /// Who began the session that is sent on.
    package var role: SessionRole?
    /// Nanoseconds since keys were last agreed on; nil: never.
    package var lastHandshake: UInt64?
    /// Nanoseconds since anything authentic came from it; nil: never.
    package var lastReceived: UInt64?
    /// How many sessions it has, old ones and those that wait for their first datagram included.
    package var sessionCount: Int
    /// What its sessions carried, ended ones included.
    package var traffic: Traffic
    /// What became of its handshakes.
    package var handshakes: HandshakeCounts
    /// Whether it made us prove our address: it is under load, or was two minutes ago.
    package var holdsCookie: Bool

    /// Plaintext bytes and datagrams of both directions.
    package struct Traffic: Equatable, Sendable {
        /// Plaintext sealed for it.
        package var sentBytes: UInt64 = 0
        /// Datagrams sealed for it.
        package var sentPackets: UInt64 = 0
        /// Plaintext opened from it.
        package var receivedBytes: UInt64 = 0
        /// Datagrams opened from it.
        package var receivedPackets: UInt64 = 0

        /// Nothing yet.
        package init() {}

        /// Adds what `session` carried.
        mutating func add(_ session: borrowing Session) {
            sentBytes &+= session.activity.sentBytes.load(ordering: .relaxed)
            sentPackets &+= session.sentPackets
            receivedBytes &+= session.activity.receivedBytes.load(ordering: .relaxed)
            receivedPackets &+= session.activity.receivedPackets.load(ordering: .relaxed)
        }
    }
}

/// How often a handshake with a peer came so far.
package struct HandshakeCounts: Equatable, Sendable {
    /// Initiations sent, retries included.
    package var initiationsSent = 0
    /// Our initiations that led to a session.
    package var completed = 0
    /// Our handshakes that were given up after 90 s.
    package var gaveUp = 0
    /// Responses to ours that were not authentic.
    package var responsesRefused = 0
    /// Its initiations that we answered.
    package var answered = 0
    /// Its handshakes that it confirmed by a first datagram.
    package var confirmed = 0
    /// Its initiations that were refused for a timestamp not after the last one's: a replay, or
    /// its clock went back.
    package var replayed = 0
    /// Its initiations that were refused because they came too fast.
    package var limited = 0
    /// Cookies that it sent us.
    package var cookiesReceived = 0

    /// Nothing yet.
    package init() {}
}
