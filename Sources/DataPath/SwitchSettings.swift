import FlowTable

/// What is decided once, when the data path starts.
public struct SwitchSettings: Sendable {
    /// The limits and timeouts of connection tracking.
    public var connections = ConnectionLimits()
    /// How many flows the cache of each port holds.
    public var flowCapacity = 65_536
    /// The processor on which the worker runs; nil lets the system choose.
    public var processor: Int?
    /// For how many microseconds an idle worker looks for frames before it sleeps.
    public var idlePollMicroseconds = 0
    /// Keys the hash tables, so that no guest can aim for a bucket.
    public var secret: HashSecret
    /// Keys the table of addresses behind uplinks.
    public var learningSecret: UInt64

    /// The defaults, with a secret from the system's random generator.
    public init() {
        var generator = SystemRandomNumberGenerator()
        secret = HashSecret(generator.next(), generator.next())
        learningSecret = generator.next()
    }
}
