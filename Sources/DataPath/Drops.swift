import Packet
import Telemetry

/// What is kept of a dropped frame, at the port that sent it and, when the receiver's rules did not
/// let it in, at the receiver's, too.
extension Worker {
    /// Keeps a drop that was counted at the sender's port.
    @inline(never)
    func keepDrop(_ passage: Passage, _ reason: DropReason) {
        var record = record(of: passage, reason)
        if passage.destination.isPresent { record.otherPort = passage.destination.number }
        unsafe slots[passage.source.number.index]?.pointee.drops.add(record)
        guard passage.destination.isPresent else { return }
        if reason.isPolicy, passage.decision.isRefusedByReceiver { keepArrival(passage, reason) }
    }

    /// Keeps at the receiver's port that its rules did not let the frame in.
    @inline(never)
    func keepArrival(_ passage: Passage, _ reason: DropReason) {
        guard passage.destination.hasRules,
            let slot = unsafe slots[passage.destination.number.index]
        else { return }
        var record = record(of: passage, reason)
        record.side = .receiver
        record.otherPort = passage.source.number
        unsafe slot.pointee.drops.add(record)
    }

    /// Keeps a drop of which nothing but its Ethernet header is known, if that.
    func keepUnread(_ bytes: RawSpan, _ number: PortNumber, _ reason: DropReason) {
        var record = DropRecord(reason, at: realtime, generation: tables.generation)
        if let header = EthernetHeader(bytes) {
            record.destinationMAC = header.destination
            record.sourceMAC = header.source
        }
        unsafe slots[number.index]?.pointee.drops.add(record)
    }

    /// Keeps a frame that waited in vain for a session with another host.
    func keepHeld(_ frame: Frame, _ number: PortNumber) {
        var record = DropRecord(.noSession, at: realtime, generation: tables.generation)
        record.describe(ParsedFrame(frame.bytes, virtio: frame.virtio))
        record.otherPort = .overlay
        let port = tables.port(number)
        if port.isPresent { record.vni = tables.network(of: port).vni }
        unsafe slots[number.index]?.pointee.drops.add(record)
    }

    private func record(of passage: Passage, _ reason: DropReason) -> DropRecord {
        var record = DropRecord(reason, at: realtime, generation: tables.generation)
        record.describe(passage.parsed)
        record.vni = passage.network.vni
        guard reason.isPolicy else { return record }
        record.egress = passage.decision.egress
        record.ingress = passage.decision.ingress
        record.refusingEnd = passage.decision.refusingEnd
        return record
    }
}

extension DropRecord {
    /// Takes over what the frame says, as far as it was read.
    fileprivate mutating func describe(_ parsed: ParsedFrame) {
        sourceMAC = parsed.sourceMAC
        destinationMAC = parsed.destinationMAC
        tuple = parsed.fiveTuple
        if tuple != nil { service = parsed.service }
    }
}

extension DropReason {
    /// Whether a rule is the reason.
    fileprivate var isPolicy: Bool {
        switch self {
        case .deniedByPolicy, .rejectedByPolicy, .policyRevoked, .policyLimit: true
        default: false
        }
    }
}
