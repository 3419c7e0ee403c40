import Packet

/// A slot of the connection table.
///
/// - Shape: three 64-byte lines. The first is all that a frame of a known connection touches, the
///   second serves the lookup by key, the third holds the links of expiry and eviction.
/// - Zeroed memory is a free slot that was never used.
/// - Thread: the lock of the slot's shard guards everything but `quota`, which the lock of the
///   original port's account guards.
package struct ConnectionEntry: BitwiseCopyable {
    package static let stride = 192
    /// Where the links lie, as the layout test holds.
    package static let wheelOffset = 128
    package static let quotaOffset = 140

    package var serial: UInt32
    package var judgement: ConnectionJudgement
    package var original: ConnectionCounts
    package var reply: ConnectionCounts
    package var lastSeen: UInt64
    package var ports: ConnectionPorts
    package var state: ConnectionState
    package var kind: ConnectionKind
    package var isLive: Bool

    package var key: FlowKey
    package var opened: UInt64
    package var hash: UInt32
    /// The next slot of the same bucket, or the next free slot.
    package var next: UInt32

    package var wheel: IndexLinks
    package var quota: IndexLinks
}

extension ConnectionEntry {
    /// Makes a free slot a connection after its first frame; the slot's serial stays.
    mutating func fill(_ opening: ConnectionOpening, _ state: ConnectionState, hash: UInt32) {
        judgement = opening.judgement
        original = ConnectionCounts(packets: 0, bytes: 0)
        reply = ConnectionCounts(packets: 0, bytes: 0)
        original.add(opening.first)
        lastSeen = opening.first.now
        opened = opening.first.now
        ports = opening.ports
        self.state = state
        kind = ConnectionKind(opening.key.tuple.ipProtocol)
        key = opening.key
        self.hash = hash
        isLive = true
    }

    /// Counts an accepted frame. Workers' clocks may differ by a batch; the later reading holds.
    @inline(__always) mutating func add(_ step: ConnectionStep) {
        if step.direction == .original {
            original.add(step)
        } else {
            reply.add(step)
        }
        lastSeen = max(lastSeen, step.now)
    }

    func record(index: UInt32) -> ConnectionRecord {
        ConnectionRecord(
            reference: ConnectionReference(index: index, serial: serial), key: key, ports: ports,
            judgement: judgement, state: state, original: original, reply: reply, opened: opened,
            lastSeen: lastSeen)
    }
}
