import DataPath
import Packet

/// What was denied not long ago: a bounded table, alike denials added up.
///
/// - Shape: at most 1,024 entries; when full, the eighth that was quiet longest makes room. A flood
///   of denials thus costs memory only up to here, and hides older entries, no more.
package struct DenialTable: Sendable {
    /// The most entries.
    package static let countMax = 1_024

    /// What makes denials alike: all but the sender's port number.
    package struct Key: Hashable, Sendable {
        let kind: DataPathEvent.Kind
        let vni: VNI
        let from: PortNumber
        let tuple: FiveTuple

        fileprivate init(_ event: DataPathEvent) {
            kind = event.kind
            vni = event.vni
            from = event.from
            let tuple = event.tuple
            self.tuple = FiveTuple(
                from: (tuple.source, 0), to: (tuple.destination, tuple.destinationPort),
                tuple.ipProtocol)
        }
    }

    /// Denials that are alike.
    package struct Entry: Sendable {
        /// The last of them.
        package var event: DataPathEvent
        /// How many there were.
        package var count: UInt64
    }

    private var entries: [Key: Entry] = [:]

    /// No denials.
    package init() {}

    /// Adds `event` to those alike.
    package mutating func add(_ event: DataPathEvent) {
        let key = Key(event)
        entries[key, default: Entry(event: event, count: 0)].count += event.count
        entries[key]?.event = event
        if entries.count > Self.countMax { forgetOldest() }
    }

    /// The entries, the latest first.
    package var latestFirst: [Entry] {
        entries.values.sorted { $0.event.timestamp > $1.event.timestamp }
    }

    /// Forgets what was denied at a port that is gone.
    package mutating func forget(_ port: PortNumber) {
        entries = entries.filter { $0.key.from != port }
    }

    private mutating func forgetOldest() {
        let oldest = entries.sorted { $0.value.event.timestamp < $1.value.event.timestamp }
        for (key, _) in oldest.prefix(Self.countMax / 8) { entries[key] = nil }
    }
}
