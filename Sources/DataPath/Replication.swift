import Packet
import Telemetry

/// Broadcast and multicast: one frame received, a copy for each port of the network that may have
/// it.
extension Worker {
    /// What became of the copies.
    struct Copies: BitwiseCopyable {
        var sent = 0
        var refused = DropReason.noReceiver
    }

    /// Sends the frame to every receiver of its network but its sender, and says what became of it.
    mutating func replicate(_ passage: inout Passage, toUplinksOnly: Bool) -> Copies {
        var copies = Copies()
        let network = passage.network
        let end = toUplinksOnly ? network.uplinkCount : network.memberCount
        for index in 0..<end {
            let receiver = tables.port(network.member(at: index))
            guard isReceiver(receiver, passage) else { continue }
            passage.destination = receiver
            if !toUplinksOnly, let refusal = groupIngressRefusal(&passage) {
                copies.refused = refusal
                keepArrival(passage, refusal)
                captureArrival(passage, .refused(refusal))
                continue
            }
            sendCopy(&passage, &copies)
        }
        if !toUplinksOnly { replicateToPeers(&passage, &copies) }
        return copies
    }

    /// Sends the frame to every other host that has VMs of the network (ingress replication).
    ///
    /// What came from there is not sent back, and what came from an uplink stays here: the hosts'
    /// uplinks may be one physical network. Questions for addresses are answered here.
    private mutating func replicateToPeers(_ passage: inout Passage, _ copies: inout Copies) {
        let network = passage.network
        guard passage.source.hasRules, network.peerCount > 0, servesOverlay,
            !passage.asksOrTellsAddress, passage.parsed.kind != .multicastControl
        else { return }
        guard mayReplicate(passage.source.number) else {
            copies.refused = .rateLimited
            return
        }
        passage.destination = .overlay
        for index in 0..<network.peerCount {
            let departure = seal(&passage, for: network.peer(at: index))
            note(departure, passage, &copies)
        }
    }

    private mutating func sendCopy(_ passage: inout Passage, _ copies: inout Copies) {
        note(transmit(&passage), passage, &copies)
    }

    private mutating func note(
        _ departure: Departure, _ passage: Passage, _ copies: inout Copies
    ) {
        switch departure {
        case .sent:
            copies.sent += 1
            count(passage.destination.number).countCopy(byteCount: passage.frame.byteCount)
            captureArrival(passage, .delivered)
        case .held: copies.refused = .noSession
        case .failed(let reason): copies.refused = reason
        }
    }

    /// Takes a token of the port's budget for group frames to other hosts.
    private func mayReplicate(_ number: PortNumber) -> Bool {
        guard let slot = unsafe slots[number.index] else { return false }
        return unsafe slot.pointee.broadcasts.take(now: now)
    }

    /// Whether `receiver` is among those to whom a group frame of this kind goes.
    private func isReceiver(_ receiver: PortEntry, _ passage: Passage) -> Bool {
        let parsed = passage.parsed
        guard receiver.number != passage.source.number, receiver.isOpen else { return false }
        if receiver.isUplink && !passage.source.hasRules { return false }
        if parsed.kind == .multicastControl { return receiver.isUplink }
        if passage.isRouterSolicitation { return receiver.isUplink || receiver.routes }
        if isLease(passage) && parsed.isDHCPFromClient {
            return receiver.isUplink || receiver.servesDHCP
        }
        return true
    }

    /// Asks the sender's rules about a group frame. Each frame is judged: a group has no
    /// connection, and its members' answers are judged by themselves.
    mutating func judgeGroup(_ passage: inout Passage) -> Fate {
        guard isJudged(passage), passage.parsed.kind != .multicastControl else { return .replicate }
        guard passage.parsed.kind != .laterFragment else { return .drop(.fragmentUnknown) }
        guard isForGroup(passage) else { return .drop(.unboundDestination) }
        guard passage.source.hasRules else { return .replicate }
        return groupEgressRefusal(&passage).map { .drop($0) } ?? .replicate
    }

    /// Whether a frame to a group MAC address is for a group by its IP header, too. A packet to one
    /// station, sent to all, would get around its own binding and connection (RFC 1122 §3.3.6).
    private func isForGroup(_ passage: Passage) -> Bool {
        let destination = passage.parsed.fiveTuple.destination
        switch passage.parsed.kind {
        case .tcp, .icmpError: return false
        default: break
        }
        // An IPv4 broadcast address of a subnet looks like a host's; but it is bound to nobody.
        return destination.isMulticast
            || (destination.isIPv4 && !passage.network.stations.isBound(destination))
    }
}
