import FlowTable
import Packet
import Telemetry

/// Requests to the worker, and their answers.
extension Switch {
    /// Puts `command` into the worker's mailbox and wakes it.
    /// - Returns: the command's ticket for ``settled(_:)``.
    @discardableResult
    func send(_ command: Command) -> UInt64 {
        state.withLock { state in
            while !link.commands.push(command) {
                // The mailbox holds 256; only a stalled worker lets it fill. The control side
                // waits.
                if link.hasEnded.load(ordering: .acquiring) { break }
                link.ring()
            }
            link.ring()
            state.commandsSent += 1
            return state.commandsSent
        }
    }

    /// Suspends until the worker has finished the command with `ticket`, or the data path has
    /// stopped.
    func settled(_ ticket: UInt64) async {
        while link.commandsDone.load(ordering: .acquiring) < ticket {
            if link.hasEnded.load(ordering: .acquiring) { return }
            try? await Task.sleep(for: .microseconds(500))
        }
    }

    /// Every port's counters at one moment between two batches: their sum balances to the frame.
    public func counts() async -> SwitchCounts {
        let request = UnsafeMutablePointer<CountRequest>.allocate(capacity: 1)
        unsafe request.initialize(to: CountRequest())
        await settled(unsafe send(.count(request)))
        let answer = unsafe request.move()
        unsafe request.deallocate()
        return SwitchCounts(
            ports: Dictionary(uniqueKeysWithValues: answer.counts.map { ($0.port, $0.counts) }),
            retired: answer.retired, lost: answer.lost, lostEvents: answer.lostEvents,
            connectionCount: answer.connectionCount, heldCount: answer.heldCount,
            turnCount: link.turns.load(ordering: .relaxed))
    }

    /// The live connections, at most `limit`.
    public func connections(limit: Int) async -> [ConnectionRecord] {
        let records = UnsafeMutablePointer<ConnectionRecord>.allocate(capacity: limit)
        let request = UnsafeMutablePointer<ConnectionRequest>.allocate(capacity: 1)
        unsafe request.initialize(to: ConnectionRequest(records: records, capacity: limit))
        await settled(unsafe send(.listConnections(request)))
        let found = unsafe Array(
            UnsafeBufferPointer(start: records, count: request.pointee.count))
        unsafe request.deallocate()
        unsafe records.deallocate()
        return found
    }
}

/// The counters of all ports at one moment.
public struct SwitchCounts: Sendable {
    /// The attached ports.
    public let ports: [PortNumber: PortCounts]
    /// The sum over ports that were detached.
    public let retired: PortCounts
    /// The ports whose device the kernel has taken away: they will never pass a frame again.
    public let lost: Set<PortNumber>
    /// How many events did not fit their ring or their budget.
    public let lostEvents: UInt64
    /// How many connections are live.
    public let connectionCount: Int
    /// How many frames wait for a session with another host.
    public let heldCount: Int
    /// How many turns the worker has made since the start.
    public let turnCount: UInt64

    /// The conservation law: received = transmitted + replicated + answered + Σ dropped + held.
    public var isBalanced: Bool { total.balance == Int64(heldCount) }

    /// The sum over all ports, present and past.
    public var total: PortCounts { ports.values.reduce(retired, +) }
}
