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
        case .drop(let why), .reject(let why): reason = why
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
}

/// Events for the control side.
///
/// No rule and no port can keep the others from being heard: of the 2,000 events a second (512 at
/// once) that a worker tells, one rule has at most a quarter and one port at most half. What a rule
/// may not tell at once is added to ``DataPathEvent/count`` of its next event. The exact number of
/// decisions is in its hits, and each port's last drops are in its ``DropRing``.
extension Worker {
    /// Tells of a connection just opened, if a rule of either end asks for that.
    mutating func reportOpened(_ passage: Passage) {
        let decision = passage.decision
        if decision.egress?.isLogged == true { reportOpened(passage, at: .egress) }
        if decision.hasTwoRules, decision.ingress?.isLogged == true {
            reportOpened(passage, at: .ingress)
        }
        reportAudited(passage)
    }

    private mutating func reportOpened(_ passage: Passage, at end: TrafficDirection) {
        if passage.decision[end]?.isAudited == false { report(.opened, passage, at: end) }
    }

    /// Tells of what passes because the file that would have refused it is in audit mode.
    mutating func reportAudited(_ passage: Passage) {
        let decision = passage.decision
        if decision.egress?.isAudited == true { report(.audited, passage, at: .egress) }
        if decision.hasTwoRules, decision.ingress?.isAudited == true {
            report(.audited, passage, at: .ingress)
        }
    }

    /// Tells the control side of a decision of the rule at `end`. A full ring loses the event, not
    /// the frame: counted.
    mutating func report(
        _ kind: DataPathEvent.Kind, _ passage: Passage, at end: TrafficDirection? = nil
    ) {
        let verdict = end.flatMap { passage.decision[$0] }
        guard mayReport(verdict, from: passage.source.number) else {
            if let verdict { tables.rules.withhold(verdict) }
            return
        }
        guard eventBudget.take(now: now), push(kind, passage, at: end) else {
            lostEvents += 1
            if let verdict { tables.rules.withhold(verdict) }
            return
        }
    }

    /// Whether rule and port have not told too much of late.
    private func mayReport(_ verdict: Verdict?, from number: PortNumber) -> Bool {
        if let verdict, !tables.rules.mayTell(verdict, now: now) { return false }
        guard let slot = unsafe slots[number.index] else { return false }
        return unsafe slot.pointee.reports.take(PortSlot.reportRate, now: now)
    }

    private func push(
        _ kind: DataPathEvent.Kind, _ passage: Passage, at end: TrafficDirection?
    ) -> Bool {
        guard events.hasRoom else { return false }
        let verdict = end.flatMap { passage.decision[$0] }
        let event = DataPathEvent(
            kind: kind, tuple: passage.parsed.fiveTuple, service: passage.parsed.service,
            vni: passage.network.vni, from: passage.source.number,
            to: passage.destination.isPresent ? passage.destination.number : nil,
            egress: passage.decision.egress, ingress: passage.decision.ingress, end: end,
            generation: tables.generation,
            count: verdict.map { tables.rules.tell($0, now: now) } ?? 1,
            sourceMAC: passage.parsed.sourceMAC, timestamp: realtime)
        return events.push(event)
    }
}

extension Decision {
    /// The number of the sender's rule.
    var egressRule: UInt32 { egress?.rule.rawValue ?? CaptureNote.noRule }

    /// The number of the receiver's rule.
    var ingressRule: UInt32 { ingress?.rule.rawValue ?? CaptureNote.noRule }
}
