import Packet

/// Which MAC addresses were last seen behind which uplink (IEEE 802.1Q §8.7, filtering database).
///
/// Guests are never learned: their addresses are bound. Only what arrives from an uplink enters
/// here.
///
/// - Shape: 8,192 addresses at most, in sets of 4 by hash; an entry ages after 300 s.
/// - Full set: the oldest entry of that set gives way, so a flood of addresses costs no more memory
///   and displaces only its own kind.
/// - Thread: owned by one worker.
@safe package struct LearningTable: ~Copyable {
    // Safe: every index is a set's start, masked, and a way of it.

    /// How many addresses are remembered at most.
    package static let capacity = 8_192
    /// After how many nanoseconds an address that is not seen again is forgotten.
    package static let ageMax: UInt64 = 300_000_000_000

    /// What ``learn(_:_:behind:now:)`` found.
    package enum Change: Sendable { case known, new, moved }

    private struct Entry: BitwiseCopyable {
        var mac: UInt64
        var network: UInt32
        var port: UInt32
        var seen: UInt64
    }

    private static let wayCount = 4
    private let entries: UnsafeMutablePointer<Entry>
    private let secret: UInt64

    /// An empty table that places addresses by `secret`.
    package init(secret: UInt64) {
        self.secret = secret | 1
        unsafe entries = .allocate(capacity: Self.capacity)
        unsafe entries.initialize(
            repeating: Entry(mac: 0, network: 0, port: 0, seen: 0), count: Self.capacity)
    }

    deinit { unsafe entries.deallocate() }

    /// Notes that `mac` of `network` was seen behind `port` at `now` (monotonic nanoseconds).
    package mutating func learn(
        _ mac: MACAddress, _ network: VNI, behind port: PortNumber, now: UInt64
    ) -> Change {
        let set = setStart(mac, network)
        var victim = set
        for way in set..<set + Self.wayCount {
            let entry = unsafe entries[way]
            if matches(entry, mac, network) {
                unsafe entries[way].seen = now
                unsafe entries[way].port = UInt32(port.rawValue)
                return entry.port == UInt32(port.rawValue) ? .known : .moved
            }
            if unsafe entry.seen < entries[victim].seen { victim = way }
        }
        unsafe entries[victim] = Entry(
            mac: mac.rawValue, network: network.rawValue,
            port: UInt32(port.rawValue), seen: now)
        return .new
    }

    /// The uplink behind which `mac` of `network` was seen within the last 300 s.
    package func port(of mac: MACAddress, _ network: VNI, now: UInt64) -> PortNumber? {
        let set = setStart(mac, network)
        for way in set..<set + Self.wayCount {
            let entry = unsafe entries[way]
            guard matches(entry, mac, network) else { continue }
            let isFresh = now &- entry.seen <= Self.ageMax
            return isFresh ? PortNumber(rawValue: UInt16(truncatingIfNeeded: entry.port)) : nil
        }
        return nil
    }

    /// Forgets everything behind `port`.
    package mutating func forget(_ port: PortNumber) {
        for index in 0..<Self.capacity where unsafe entries[index].port == UInt32(port.rawValue) {
            unsafe entries[index] = Entry(mac: 0, network: 0, port: 0, seen: 0)
        }
    }

    private func matches(_ entry: Entry, _ mac: MACAddress, _ network: VNI) -> Bool {
        entry.seen != 0 && entry.mac == mac.rawValue && entry.network == network.rawValue
    }

    private func setStart(_ mac: MACAddress, _ network: VNI) -> Int {
        let mixed = (mac.rawValue ^ UInt64(network.rawValue) << 40)
            .multipliedFullWidth(by: secret)
        let hash = Int(truncatingIfNeeded: (mixed.high ^ mixed.low) >> 16)
        return (hash & (Self.capacity / Self.wayCount - 1)) * Self.wayCount
    }
}
