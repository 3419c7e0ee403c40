/// Which way a frame of a connection goes.
public enum ConnectionDirection: UInt8, Sendable, BitwiseCopyable {
    /// From the side that opened the connection.
    case original
    /// To it.
    case reply
}

/// What the tracker knows of a connection. For TCP the names say what both ends have sent, since
/// the switch sees each segment before its receiver does.
public enum ConnectionState: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// The original side's SYN.
    case synSent
    /// Then the reply side's SYN,ACK.
    case synReceived
    /// Both sides' SYNs, neither acknowledged: a simultaneous open (RFC 9293 §3.5, figure 7).
    case synCrossed
    /// As before, and the original side has acknowledged.
    case synCrossedOriginalAck
    /// As before, and the reply side has acknowledged.
    case synCrossedReplyAck
    /// Both sides have acknowledged the other's SYN.
    case established
    /// The original side has sent FIN; the reply side may still send.
    case finFromOriginal
    /// The reply side has sent FIN; the original side may still send.
    case finFromReply
    /// Both have sent FIN, the reply side last: the original side's ACK ends the connection.
    case lastAckFromOriginal
    /// Both have sent FIN, the original side last: the reply side's ACK ends the connection.
    case lastAckFromReply
    /// Closed in order; stray retransmissions may pass. A SYN opens a new connection.
    case timeWait
    /// Reset. Nothing passes; a SYN opens a new connection.
    case closed
    /// Not TCP: the other side has not answered.
    case unreplied
    /// Not TCP: both sides have sent.
    case replied
}

extension ConnectionState {
    /// What users read: `established`, `syn-sent`.
    public var name: String {
        switch self {
        case .synSent: "syn-sent"
        case .synReceived: "syn-received"
        case .synCrossed, .synCrossedOriginalAck, .synCrossedReplyAck: "syn-crossed"
        case .established: "established"
        case .finFromOriginal, .finFromReply: "fin-wait"
        case .lastAckFromOriginal, .lastAckFromReply: "last-ack"
        case .timeWait: "time-wait"
        case .closed: "closed"
        case .unreplied: "unreplied"
        case .replied: "replied"
        }
    }

    /// Whether the connection has ended: a SYN with its key is a new one.
    public var isFinished: Bool { quotaClass == .finished }

    /// How the connection counts against its initiator's quotas.
    var quotaClass: QuotaClass {
        switch self {
        case .synSent, .synReceived, .synCrossed, .synCrossedOriginalAck, .synCrossedReplyAck:
            .halfOpen
        case .unreplied: .unreplied
        case .timeWait, .closed: .finished
        case .established, .finFromOriginal, .finFromReply, .lastAckFromOriginal,
            .lastAckFromReply, .replied:
            .settled
        }
    }
}

/// A group of connections in a port's quotas. All but the settled may be evicted for a new one.
enum QuotaClass: UInt8 {
    case halfOpen, unreplied, finished, settled

    /// How many groups have an eviction order, and thus a list.
    static let evictableCount = 3
}
