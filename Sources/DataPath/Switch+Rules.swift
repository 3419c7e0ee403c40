import Packet

/// What the rules decided, and what was dropped of late.
extension Switch {
    /// How often each rule decided, with everything that was decided before the call.
    ///
    /// The last element is the policy in force, counted from when it came in force. Before it stand
    /// policies that it replaced, whose counts are given until they are final and then, as
    /// ``RuleHits/isFinal``, once: whoever adds up what is final, and adds what is not each time
    /// anew, knows every rule's whole count at any moment. No count is lost, however policies
    /// follow each other; all end with the process. Called from one place.
    public func ruleHits() async -> [RuleHits] {
        await settled(send(.fence))
        return state.withLock { $0.ledgers.take(seen: seenSequence) }
    }

    /// The last drops at `port`, the latest first: what it sent, and what its rules did not let in.
    /// None when there is no such port.
    public func recentDrops(of port: PortNumber) async -> [DropRecord] {
        let records = UnsafeMutablePointer<DropRecord>.allocate(capacity: DropRing.capacity)
        let request = UnsafeMutablePointer<DropRequest>.allocate(capacity: 1)
        unsafe request.initialize(to: DropRequest(port: port, records: records))
        await settled(unsafe send(.listDrops(request)))
        let found = unsafe Array(
            UnsafeBufferPointer(start: records, count: request.pointee.count))
        unsafe request.deallocate()
        unsafe records.deallocate()
        return found
    }

    /// How many snapshots and ledgers are kept that were replaced.
    package var replacedCount: Int {
        link.snapshot.retiredCount + state.withLock { max($0.ledgers.count - 1, 0) }
    }

    /// The snapshot under which the worker last ended a turn; behind all when it has ended.
    var seenSequence: UInt64 {
        link.hasEnded.load(ordering: .acquiring) ? .max : link.snapshot.seenSequence
    }
}
