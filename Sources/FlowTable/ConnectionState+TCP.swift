/// The TCP state machine as the switch sees it (RFC 9293 §3.3.2), a total function: every state,
/// every segment, both directions; nil refuses the segment.
///
/// Sequence numbers are not looked at yet: a forged RST or FIN with the right addresses and ports
/// counts. A window check (RFC 5961) has its own issue.
extension ConnectionState {
    /// The state after `segment`, or nil when it is out of place and must be dropped.
    ///
    /// `synSent` as the answer of a finished connection means that a new connection begins; it has
    /// to be judged as one. States of other protocols refuse every segment.
    package func next(_ segment: TCPSegment, _ direction: ConnectionDirection) -> ConnectionState? {
        switch self {
        case .synSent: afterSYN(segment, direction)
        case .synReceived: afterSYNACK(segment, direction)
        case .synCrossed: afterSYNs(segment, direction)
        case .synCrossedOriginalAck: afterSYNs(acknowledgedBy: .original, segment, direction)
        case .synCrossedReplyAck: afterSYNs(acknowledgedBy: .reply, segment, direction)
        case .established, .finFromOriginal, .finFromReply, .lastAckFromOriginal,
            .lastAckFromReply:
            synchronized(segment, direction)
        case .timeWait: afterLastACK(segment)
        case .closed: segment == .syn ? .synSent : nil
        case .unreplied, .replied: nil
        }
    }

    /// An ACK from the reply side belongs to an older incarnation that it still has: it must reach
    /// the opener, whose RST clears it (RFC 9293 §3.5.1). A RST that does not acknowledge the SYN
    /// would be dropped by the opener (§3.10.7.3).
    private func afterSYN(
        _ segment: TCPSegment, _ direction: ConnectionDirection
    ) -> ConnectionState? {
        switch (segment, direction) {
        case (.syn, .original), (.ack, .reply): .synSent
        case (.synAck, .reply): .synReceived
        case (.syn, .reply): .synCrossed
        case (.reset, .original), (.resetAck, _): .closed
        case (.reset, .reply), (.synAck, .original), (.ack, .original), (.fin, _),
            (.impossible, _):
            nil
        }
    }

    /// The reply side may send data at once if the SYN carried a fast-open cookie (RFC 7413), and
    /// may close without waiting (RFC 9293 §3.10.4, SYN-RECEIVED).
    private func afterSYNACK(
        _ segment: TCPSegment, _ direction: ConnectionDirection
    ) -> ConnectionState? {
        switch (segment, direction) {
        case (.syn, .original), (.synAck, .reply), (.ack, .reply): .synReceived
        case (.ack, .original): .established
        case (.fin, _): finished(direction)
        case (.reset, _), (.resetAck, _): .closed
        case (.syn, .reply), (.synAck, .original), (.impossible, _): nil
        }
    }

    private func afterSYNs(
        _ segment: TCPSegment, _ direction: ConnectionDirection
    ) -> ConnectionState? {
        switch (segment, direction) {
        case (.syn, _): .synCrossed
        case (.synAck, .original): .synCrossedOriginalAck
        case (.synAck, .reply): .synCrossedReplyAck
        case (.reset, _), (.resetAck, _): .closed
        case (.ack, _), (.fin, _), (.impossible, _): nil
        }
    }

    private func afterSYNs(
        acknowledgedBy side: ConnectionDirection, _ segment: TCPSegment,
        _ direction: ConnectionDirection
    ) -> ConnectionState? {
        switch segment {
        case .syn: self
        case .synAck, .ack: direction == side ? self : .established
        case .fin: finished(direction)
        case .reset, .resetAck: .closed
        case .impossible: nil
        }
    }

    /// The original side's SYN may pass: it was retransmitted, or that host restarted and has to be
    /// told so by a challenge ACK (RFC 9293 §3.10.7.4). The reply side's would be a connection that
    /// nobody allowed.
    private func synchronized(
        _ segment: TCPSegment, _ direction: ConnectionDirection
    ) -> ConnectionState? {
        switch (segment, direction) {
        case (.ack, _): acknowledged(direction)
        case (.fin, _): finished(direction)
        case (.syn, .original), (.synAck, _): self
        case (.reset, _), (.resetAck, _): .closed
        case (.syn, .reply), (.impossible, _): nil
        }
    }

    private func afterLastACK(_ segment: TCPSegment) -> ConnectionState? {
        switch segment {
        case .ack, .fin: .timeWait
        case .syn: .synSent
        case .reset, .resetAck: .closed
        case .synAck, .impossible: nil
        }
    }

    private func acknowledged(_ direction: ConnectionDirection) -> ConnectionState {
        switch (self, direction) {
        case (.lastAckFromOriginal, .original), (.lastAckFromReply, .reply): .timeWait
        default: self
        }
    }

    private func finished(_ direction: ConnectionDirection) -> ConnectionState {
        switch (self, direction) {
        case (.finFromOriginal, .reply): .lastAckFromOriginal
        case (.finFromReply, .original): .lastAckFromReply
        case (.finFromOriginal, _), (.finFromReply, _), (.lastAckFromOriginal, _),
            (.lastAckFromReply, _):
            self
        case (_, .original): .finFromOriginal
        case (_, .reply): .finFromReply
        }
    }
}
