/// How many connections there may be, and for how long.
public struct ConnectionLimits: Sendable, BitwiseCopyable {
    /// Connections in the whole table, at most 2^28.
    public var capacity = 262_144
    /// Connections that the guest at one port has opened.
    public var perPort = 32_768
    /// Those of them that are TCP and whose handshake is not complete.
    public var halfOpenPerPort = 4_096
    /// Those of them that are not TCP and have had no answer.
    public var unrepliedPerPort = 8_192
    /// When an idle connection is forgotten.
    public var timeouts = ConnectionTimeouts()

    /// The defaults.
    public init() {}
}

/// How long a connection may be idle, in nanoseconds.
///
/// It is forgotten up to a second later, and later still while
/// ``ConnectionTracker/expire(now:budget:)`` lags behind.
public struct ConnectionTimeouts: Sendable, BitwiseCopyable {
    /// TCP before the handshake is complete.
    public var handshake = seconds(30)
    /// TCP after it.
    public var established = seconds(7_200)
    /// TCP after the first FIN, and after the last.
    public var closing = seconds(60)
    /// TCP after RST.
    public var closed = seconds(10)
    /// UDP with traffic one way only.
    public var udpUnreplied = seconds(30)
    /// UDP with traffic both ways.
    public var udpReplied = seconds(120)
    /// ICMP and ICMPv6 echo.
    public var icmp = seconds(30)
    /// Every other IP protocol.
    public var other = seconds(60)

    /// The defaults.
    public init() {}

    /// `count` seconds in nanoseconds.
    public static func seconds(_ count: UInt64) -> UInt64 { count &* 1_000_000_000 }

    func timeout(_ state: ConnectionState, _ kind: ConnectionKind) -> UInt64 {
        switch (kind, state) {
        case (.udp, .replied): udpReplied
        case (.udp, _): udpUnreplied
        case (.icmp, _): icmp
        case (.other, _): other
        case (.tcp, .established): established
        case (.tcp, .closed): closed
        case (.tcp, _): state.quotaClass == .halfOpen ? handshake : closing
        }
    }
}
