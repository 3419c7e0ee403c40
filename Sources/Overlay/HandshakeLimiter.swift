import Packet

/// How many handshakes one source may ask for while this host is under load: 20 a second, 5 at
/// once, as the Linux kernel and wireguard-go have it.
///
/// Only for sources that proved their address by a cookie: otherwise anyone could use up the
/// tokens of another. An IPv6 source counts by its /64, of which one host may have all.
///
/// - Unit: monotonic nanoseconds, handed in.
/// - Cost: one look-up in a hash table with a secret seed; never more than ``sourceCountMax``
///   entries, beyond which new sources are refused until old ones have been forgotten.
/// - Thread: the control thread.
package struct HandshakeLimiter {
    /// How many sources are remembered at once.
    package static let sourceCountMax = 4_096
    private static let interval = ProtocolLimits.second / 20
    private static let burst: UInt64 = 5
    /// After so long a bucket is full again and need not be remembered.
    private static let refillTime = burst * interval

    /// When the bucket of a source is full: in the future by one ``interval`` for each token
    /// that is missing.
    private var fullAt: [IPAddress: UInt64] = [:]
    private var sweptAt: UInt64 = 0

    /// A limiter that has seen nobody.
    package init() {}

    /// How many sources are remembered.
    package var sourceCount: Int { fullAt.count }

    /// Takes a token of `source`; false when it has none.
    package mutating func admit(_ source: IPAddress, now: UInt64) -> Bool {
        sweep(now: now)
        let key = source.isIPv4 ? source : IPAddress(high: source.high, low: 0)
        guard fullAt[key] != nil || fullAt.count < Self.sourceCountMax else { return false }
        let fullNext = max(fullAt[key] ?? 0, now) + Self.interval
        guard fullNext - now <= Self.refillTime else { return false }
        fullAt[key] = fullNext
        return true
    }

    /// Forgets, once in a refill time, the sources whose buckets are full.
    private mutating func sweep(now: UInt64) {
        guard now >= sweptAt + Self.refillTime else { return }
        sweptAt = now
        fullAt = fullAt.filter { $0.value > now }
    }
}
