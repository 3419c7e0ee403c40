import FlowTable
import Packet
import Telemetry

/// Frames that belong to a connection without carrying its five-tuple, and those that never have
/// one.
extension Worker {
    /// An ICMP error passes only in answer to a packet of a live connection: toward the sender of
    /// the quoted packet, from the other end (RFC 5927 §4, RFC 4890 §4.3.1).
    mutating func judgeRelatedError(_ passage: inout Passage) -> Fate {
        let quoted = passage.parsed.embedded
        guard quoted.source == passage.parsed.fiveTuple.destination else { return .drop(.icmp) }
        guard let match = tracker.find(FlowKey(quoted, passage.network.vni)),
            let record = tracker.record(at: match.reference)
        else { return .drop(.noConnection) }
        passage.connection = match.reference
        let direction: ConnectionDirection = match.direction == .original ? .reply : .original
        guard isBetween(passage, record.ports, direction) else {
            return .drop(.connectionState)
        }
        return revalidate(&passage, record) ?? .transmit
    }

    /// ICMP that is neither echo nor error has no connection: each message is judged by itself.
    mutating func judgeUntracked(_ passage: inout Passage) -> Fate {
        if let fate = refusal(of: &passage) { return fate }
        reportAudited(passage)
        return .transmit
    }

    /// A later fragment has no ports: it shares the fate of its first fragment, which must have
    /// passed here, to the same receiver, under the policy in force. Nothing is reassembled.
    mutating func judgeLaterFragment(_ passage: inout Passage) -> Fate {
        guard let slot = unsafe slots[passage.source.number.index],
            let known = unsafe slot.pointee.fragments.find(later: fragmentKey(passage), now: now),
            known.port == passage.destination.number,
            known.generation == tables.generation
        else { return .drop(.fragmentUnknown) }
        passage.connection = known.connection
        return .transmit
    }

    /// Remembers an allowed first fragment, so that the later ones may follow.
    func rememberFragment(_ passage: Passage) {
        guard passage.parsed.isFragment else { return }
        let decision = FragmentDecision(
            connection: passage.connection, port: passage.destination.number,
            generation: tables.generation)
        unsafe slots[passage.source.number.index]?.pointee.fragments.accept(
            first: fragmentKey(passage), decision, now: now)
    }

    private func fragmentKey(_ passage: Passage) -> FragmentKey {
        FragmentKey(
            passage.parsed.fiveTuple, passage.network.vni, fragmentID: passage.parsed.fragmentID)
    }
}

/// What the fragment tracker remembers of a first fragment.
struct FragmentDecision: BitwiseCopyable {
    /// The connection it belongs to.
    var connection: ConnectionReference
    /// Where it went.
    var port: PortNumber
    /// The policy that allowed it.
    var generation: UInt32
}
