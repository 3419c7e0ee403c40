import FlowTable
import Packet

/// What RFC 9293 lets two hosts send, told by facts about both instead of by states: an independent
/// judge of the tracker's state machine.
struct TCPModel {
    enum Verdict: Equatable { case pass, drop, new }

    /// What one side has sent so far.
    private struct Side {
        var hasSentSYN = false
        /// Its SYN came without ACK.
        var isOpener = false
        /// It has acknowledged the other side's SYN.
        var hasAcknowledged = false
        var hasSentFIN = false
    }

    private var original = Side(hasSentSYN: true, isOpener: true)
    private var reply = Side()
    private var firstToFinish: ConnectionDirection?
    private(set) var isReset = false
    /// The last FIN has been acknowledged.
    private(set) var isDone = false

    /// Both sides are synchronized; a side that sends FIN says that it takes it so.
    private var isOpen: Bool {
        original.hasAcknowledged && reply.hasAcknowledged || firstToFinish != nil
    }

    mutating func judge(_ flags: TCPFlags, _ direction: ConnectionDirection) -> Verdict {
        let (syn, fin) = (flags.contains(.syn), flags.contains(.fin))
        let (rst, ack) = (flags.contains(.rst), flags.contains(.ack))
        // §3.10.7.4, fifth: "if the ACK bit is off, drop the segment".
        guard [syn, fin, rst].count(where: { $0 }) <= 1, syn || rst || ack else { return .drop }
        if isReset { return syn && !ack ? .new : .drop }
        if isDone && syn { return ack ? .drop : .new }
        if rst { return judgeRST(ack, direction) }
        if isDone { return .pass }
        if syn { return ack ? judgeSYNACK(direction) : judgeSYN(direction) }
        return judgeACK(fin, direction)
    }

    /// §3.10.7.3: in SYN-SENT a RST counts only if it acknowledges the SYN.
    private mutating func judgeRST(_ ack: Bool, _ direction: ConnectionDirection) -> Verdict {
        if direction == .reply && !reply.hasSentSYN && !ack { return .drop }
        isReset = true
        return .pass
    }

    private mutating func judgeSYN(_ direction: ConnectionDirection) -> Verdict {
        // §3.10.7.4, fourth: answered by a challenge ACK; the reply side's is nobody's business.
        if isOpen { return direction == .original ? .pass : .drop }
        if direction == .original || reply.isOpener { return .pass }
        if reply.hasSentSYN { return .drop }
        (reply.hasSentSYN, reply.isOpener) = (true, true)
        return .pass
    }

    private mutating func judgeSYNACK(_ direction: ConnectionDirection) -> Verdict {
        if isOpen { return .pass }
        if direction == .original && !reply.isOpener { return .drop }
        reply.hasSentSYN = true
        change(direction) { $0.hasAcknowledged = true }
        return .pass
    }

    private mutating func judgeACK(_ fin: Bool, _ direction: ConnectionDirection) -> Verdict {
        // §3.5.1: the answer of an older incarnation to a SYN.
        if !fin && direction == .reply && !reply.hasSentSYN { return .pass }
        guard isOpen || original.hasAcknowledged || reply.hasAcknowledged else { return .drop }
        change(direction) {
            $0.hasAcknowledged = true
            $0.hasSentFIN = $0.hasSentFIN || fin
        }
        if fin {
            firstToFinish = firstToFinish ?? direction
        } else if original.hasSentFIN && reply.hasSentFIN && direction == firstToFinish {
            isDone = true
        }
        return .pass
    }

    private mutating func change(_ direction: ConnectionDirection, _ body: (inout Side) -> Void) {
        if direction == .original { body(&original) } else { body(&reply) }
    }
}
