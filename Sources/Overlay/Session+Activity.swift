import Synchronization

extension Session {
    /// What the worker did with a session, for the engine's timers and for reports.
    ///
    /// - Unit: monotonic nanoseconds, 0 for never; bytes of plaintext; datagrams.
    /// - Cost: a relaxed load and store for each cell.
    /// - Thread: one worker writes, anyone reads; the cells are independent of each other.
    package struct Activity: ~Copyable, Sendable {
        /// When something other than a keepalive was sealed last.
        package let lastDataSent = Atomic<UInt64>(0)
        /// When anything was sealed last.
        package let lastSent = Atomic<UInt64>(0)
        /// When something other than a keepalive was opened last.
        package let lastDataReceived = Atomic<UInt64>(0)
        /// When anything was opened last.
        package let lastReceived = Atomic<UInt64>(0)
        /// Plaintext sealed.
        package let sentBytes = Atomic<UInt64>(0)
        /// Plaintext opened.
        package let receivedBytes = Atomic<UInt64>(0)
        /// Datagrams opened. (Those sealed are the session's counter.)
        package let receivedPackets = Atomic<UInt64>(0)

        /// Nothing yet.
        package init() {}

        /// A datagram with `byteCount` bytes of plaintext was sealed.
        @inlinable package func noteSent(byteCount: Int, now: UInt64) {
            lastSent.store(now, ordering: .relaxed)
            guard byteCount > 0 else { return }
            lastDataSent.store(now, ordering: .relaxed)
            Self.add(byteCount, to: sentBytes)
        }

        /// A datagram with `byteCount` bytes of plaintext was opened and is new.
        @inlinable package func noteReceived(byteCount: Int, now: UInt64) {
            lastReceived.store(now, ordering: .relaxed)
            Self.add(1, to: receivedPackets)
            guard byteCount > 0 else { return }
            lastDataReceived.store(now, ordering: .relaxed)
            Self.add(byteCount, to: receivedBytes)
        }

        /// Adds as the only writer: a load and a store, cheaper than fetch-and-add.
        @inlinable static func add(_ amount: Int, to cell: borrowing Atomic<UInt64>) {
            let sum = cell.load(ordering: .relaxed) &+ UInt64(truncatingIfNeeded: amount)
            cell.store(sum, ordering: .relaxed)
        }
    }
}
