import Capture
import FlowTable
import Packet
import PolicyEngine
import Telemetry

/// Step 10, and what the control side learns of a frame: copies for captures, events for the log.
extension Worker {
    /// How a frame ended at its receiver.
    enum Arrival: BitwiseCopyable {
        case delivered
        case refused(DropReason)
    }

    /// Shows the frame to the captures of the port it came from, with what the switch decided.
    mutating func captureSent(_ passage: Passage, _ fate: Fate) {
        guard passage.source.tapCount > 0 else { return }
        var reason: DropReason?
        switch fate {
        case .transmit, .replicate, .replicateToUplinks, .answer: reason = nil
        case .drop(let why): reason = why
        case .reject: reason = .rejectedByPolicy
        }
        offer(passage, .sent, reason, to: passage.source)
    }

    /// Shows the frame to the captures of its receiver.
    mutating func captureArrival(_ passage: Passage, _ arrival: Arrival) {
        guard passage.destination.tapCount > 0 else { return }
        switch arrival {
        case .delivered: offer(passage, .delivered, nil, to: passage.destination)
        case .refused(let reason): offer(passage, .refused, reason, to: passage.destination)
        }
    }

    private func offer(
        _ passage: Passage, _ event: CaptureNote.Event, _ reason: DropReason?, to port: PortEntry
    ) {
        var note = CaptureNote(event, reason, in: passage.network.vni, at: realtime)
        (note.egressRule, note.ingressRule) = rules(of: passage)
        for index in 0..<port.tapCount {
            port.tap(at: index)?.offer(passage.frame, note)
        }
    }

    /// The rules that decided this frame: just now, or when its connection was opened.
    private func rules(of passage: Passage) -> (egress: UInt32, ingress: UInt32) {
        let decision = passage.decision
        if decision.egress != nil || decision.ingress != nil {
            return (decision.egressRule, decision.ingressRule)
        }
        guard let record = tracker.record(at: passage.connection) else {
            return (CaptureNote.noRule, CaptureNote.noRule)
        }
        return (record.judgement.egressRule, record.judgement.ingressRule)
    }

    /// Tells the control side of a decision. A full ring loses the event, not the frame: counted.
    mutating func report(_ kind: DataPathEvent.Kind, _ passage: Passage) {
        guard eventBudget.take(now: now) else {
            lostEvents += 1
            return
        }
        let event = DataPathEvent(
            kind: kind, tuple: passage.parsed.fiveTuple, service: passage.parsed.service,
            vni: passage.network.vni, from: passage.source.number,
            to: passage.destination.isPresent ? passage.destination.number : nil,
            egress: passage.decision.egress, ingress: passage.decision.ingress,
            sourceMAC: passage.parsed.sourceMAC, timestamp: realtime)
        if !events.push(event) { lostEvents += 1 }
    }
}

extension Decision {
    /// The number of the sender's rule.
    var egressRule: UInt32 { egress?.rule.rawValue ?? CaptureNote.noRule }

    /// The number of the receiver's rule.
    var ingressRule: UInt32 { ingress?.rule.rawValue ?? CaptureNote.noRule }
}
