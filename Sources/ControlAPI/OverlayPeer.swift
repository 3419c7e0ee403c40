/// How another host stands.
public struct OverlayPeer: Codable, Sendable, Equatable {
    /// Its name.
    public var host: String
    /// What runs there: `vswitch` or `linux`.
    public var kind: String
    /// Its address inside the encryption.
    public var address: String
    /// Where it stands: `idle`, `handshaking`, `established` or `unreachable`.
    public var state: String
    /// Where its datagrams are sent to; nil while that is not known.
    public var endpoint: String?
    /// The public key that it is called by.
    public var publicKey: String
    /// Seconds since keys were last agreed on; nil: never.
    public var handshakeSeconds: Int?
    /// Who began the session that is sent on: `initiator` (this host) or `responder`.
    public var role: String?
    /// Seconds since anything authentic came from it; nil: never.
    public var receivedSeconds: Int?
    /// How many sessions there are with it.
    public var sessions = 0
    /// The MTU of the way to it, in bytes.
    public var pathMTU = 0
    /// What was sent to it, and came from it.
    public var traffic = OverlayTraffic()
    /// What became of its handshakes.
    public var handshakes = HandshakeTally()
    /// How many interfaces of VMs live there.
    public var vms = 0

    /// Creates a report of a host that nothing was heard of.
    public init(host: String, kind: String, address: String, publicKey: String) {
        self.host = host
        self.kind = kind
        self.address = address
        self.publicKey = publicKey
        state = "idle"
    }
}

/// What the sessions with a host carried, in plaintext bytes.
public struct OverlayTraffic: Codable, Sendable, Equatable {
    /// Datagrams sent.
    public var sentPackets: UInt64 = 0
    /// Bytes sealed in them.
    public var sentBytes: UInt64 = 0
    /// Datagrams received and opened.
    public var receivedPackets: UInt64 = 0
    /// Bytes opened from them.
    public var receivedBytes: UInt64 = 0

    /// Nothing yet.
    public init() {}
}

/// How often a handshake with a host came so far.
public struct HandshakeTally: Codable, Sendable, Equatable {
    /// Initiations sent, retries included.
    public var initiationsSent = 0
    /// Our initiations that led to a session.
    public var completed = 0
    /// Our handshakes that were given up after 90 seconds.
    public var gaveUp = 0
    /// Responses to ours that were not authentic.
    public var responsesRefused = 0
    /// Its initiations that we answered.
    public var answered = 0
    /// Its handshakes that it confirmed.
    public var confirmed = 0
    /// Its initiations refused for their timestamp: a replay, or its clock went back.
    public var replayed = 0
    /// Its initiations refused because they came too fast.
    public var limited = 0
    /// Cookies that it sent us: it was under load.
    public var cookiesReceived = 0

    /// Nothing yet.
    public init() {}
}

/// The reply to `GET /v1/overlay/peers`.
public struct OverlayPeerList: Codable, Sendable, Equatable {
    /// Every other host, as the directory has them.
    public var peers: [OverlayPeer]
    /// Frames from and to all of them that were dropped, by reason.
    public var dropped: [String: UInt64]

    /// Creates a list.
    public init(peers: [OverlayPeer], dropped: [String: UInt64] = [:]) {
        self.peers = peers
        self.dropped = dropped
    }
}
