import FlowTable
import Glibc

/// What is decided once, when the data path starts.
public struct SwitchSettings: Sendable {
    /// The limits and timeouts of connection tracking.
    public var connections = ConnectionLimits()
    /// How many flows the cache of each port holds; 0 is no cache. Verdicts are the same with any
    /// number.
    public var flowCapacity = 65_536
    /// The processor to which the worker is bound; nil lets the system choose. The last one by
    /// default, because interrupts and most other work are on the first.
    public var processor: Int? = max(sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1, 0)
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
