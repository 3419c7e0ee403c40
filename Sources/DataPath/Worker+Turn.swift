import Packet

/// A turn of the worker: look at the snapshot, serve the ports, let time pass.
extension Worker {
    /// The two clocks of a turn.
    package struct Instant: BitwiseCopyable {
        /// Nanoseconds that never go back (CLOCK_MONOTONIC).
        package var monotonic: UInt64
        /// Nanoseconds since 1970 (CLOCK_REALTIME).
        package var realtime: UInt64

        /// These two readings.
        package init(monotonic: UInt64, realtime: UInt64) {
            self.monotonic = monotonic
            self.realtime = realtime
        }
    }

    /// How many connections one turn looks at for their age.
    private static let expiryBudget = 128

    /// One turn: everything in it is judged under the snapshot that is in force at its start.
    ///
    /// The ports are those that the last ``Poller/wait(milliseconds:)`` found.
    package mutating func breathe(at instant: Instant) {
        now = instant.monotonic
        realtime = instant.realtime
        tables = link.snapshot.load() ?? noTables
        obeyCommands()
        obeyOrders()
        for index in 0..<poller.readyCount {
            guard let port = poller.ready(index) else { continue }
            if port == .underlay { serveUnderlay() } else { serve(port) }
        }
        flushUnderlay()
        _ = tracker.expire(now: now, budget: Self.expiryBudget)
        link.snapshot.quiesce(tables)
        link.turns.add(1, ordering: .relaxed)
    }
}
