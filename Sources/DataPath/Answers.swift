import Packet
import Telemetry

/// What the switch says itself: to a question that it knows the answer to, to a rejected packet,
/// to one too big.
extension Worker {
    /// The VM elsewhere whose address this guest asks for, by ARP or neighbour discovery: the
    /// directory knows it, so the question need not cross the wire.
    func neighborAsked(by passage: Passage) -> NeighborReply.Neighbor? {
        guard passage.source.hasRules, passage.asksOrTellsAddress,
            let target = NeighborReply.target(of: passage.frame.bytes, passage.parsed),
            case .remote(let index) = passage.network.stations.owner(of: target)
        else { return nil }
        return NeighborReply.Neighbor(target, at: tables.overlay.remote(index).binding.mac)
    }

    /// Answers a guest's question.
    mutating func answer(_ passage: Passage, naming neighbor: NeighborReply.Neighbor) {
        count(passage.source.number).countAnswered()
        reply(
            NeighborReply.make(
                to: passage.frame.bytes, passage.parsed, from: neighbor, into: scratch),
            to: passage)
    }

    /// Answers a rejected packet: TCP reset, or ICMP "administratively prohibited" (RFC 1812
    /// §5.2.7.1).
    mutating func reply(to passage: Passage) {
        replyUnasked(
            RejectReply.make(to: passage.frame.bytes, passage.parsed, into: scratch),
            to: passage)
    }

    /// Tells the sender which size would have passed (RFC 1191 §4, RFC 4443 §3.2).
    mutating func replyTooBig(to passage: Passage, mtu: Int) {
        replyUnasked(
            TooBigReply.make(
                to: passage.frame.bytes, passage.parsed, mtu: mtu, into: scratch),
            to: passage)
    }

    /// Sends an answer that nobody asked for, if the port's budget for these has a token left.
    ///
    /// What must not be answered (nil) takes no token, so that a flood of it silences nothing.
    private mutating func replyUnasked(_ answer: Frame?, to passage: Passage) {
        guard let answer, isServed(passage.source),
            let slot = unsafe slots[passage.source.number.index],
            unsafe slot.pointee.replies.take(now: now)
        else { return }
        reply(answer, to: passage)
    }

    /// Sends an answer back to where the frame came from.
    private mutating func reply(_ answer: Frame?, to passage: Passage) {
        guard let answer, let slot = unsafe slots[passage.source.number.index] else { return }
        let isSent =
            passage.source.isOverlay
            ? sealAnswer(answer, to: passage)
            : unsafe slot.pointee.device.transmit(answer) == .sent
        if isSent { unsafe slot.pointee.cells.countReply() }
    }
}

extension Passage {
    /// Whether it is ARP, or a neighbour solicitation or advertisement: of no use to other hosts,
    /// which know every address from the directory.
    var asksOrTellsAddress: Bool {
        if parsed.kind == .arp { return true }
        guard let message = parsed.neighborDiscovery(in: frame.bytes) else { return false }
        return message.kind == .neighborSolicitation || message.kind == .neighborAdvertisement
    }
}
