import FlowTable
import PolicyEngine
import Telemetry

/// Step 7 and what it leaves behind: the verdicts of both ends, their rules' counts, and the tokens
/// of rules with a limit.
extension Worker {
    /// Asks the rules of both ends. An end behind an uplink has none; one on another host is asked
    /// there.
    private func decide(
        _ question: Question, from source: PortEntry, to destination: PortEntry
    ) -> Decision {
        let decision = Decision(
            egress: source.hasRules
                ? tables.policy.classify(port: source.number, .egress, question.egress) : nil,
            ingress: destination.hasRules
                ? tables.policy.classify(port: destination.number, .ingress, question.ingress)
                : nil)
        countHits(of: decision)
        return decision
    }

    /// Judges a packet that begins something: a connection, or what has none. nil when it may go
    /// on; then a token of each limit is taken.
    mutating func refusal(of passage: inout Passage) -> Fate? {
        passage.decision = decide(passage.question, from: passage.source, to: passage.destination)
        guard passage.decision.isAllowed else {
            return passage.decision.rejects ? .reject(.rejectedByPolicy) : .drop(.deniedByPolicy)
        }
        return takeTokens(for: &passage.decision) ? nil : .drop(.policyLimit)
    }

    /// Judges a connection again if its verdict is of another generation; nil when it may go on.
    /// Limits are for new connections: this takes no token.
    mutating func revalidate(_ passage: inout Passage, _ record: ConnectionRecord) -> Fate? {
        guard record.judgement.generation != tables.generation else { return nil }
        passage.decision = decide(
            Question(record.key.tuple), from: tables.port(record.ports.original),
            to: tables.port(record.ports.reply))
        guard passage.decision.isAllowed else {
            _ = tracker.close(record.reference)
            return passage.decision.rejects ? .reject(.policyRevoked) : .drop(.policyRevoked)
        }
        _ = tracker.rejudge(record.reference, judgement(passage.decision))
        reportAudited(passage)
        return nil
    }

    /// The decision as the connection keeps it.
    func judgement(_ decision: Decision) -> ConnectionJudgement {
        ConnectionJudgement(
            generation: tables.generation, egressRule: decision.egressRule,
            ingressRule: decision.ingressRule)
    }

    /// Counts a decision at the rules that took part.
    private func countHits(of decision: Decision) {
        if let egress = decision.egress { tables.rules.hit(egress.rule, at: realtime) }
        if decision.hasTwoRules { countIngressHit(of: decision) }
    }

    private func countIngressHit(of decision: Decision) {
        if let ingress = decision.ingress { tables.rules.hit(ingress.rule, at: realtime) }
    }

    /// Takes a token of each limit that the decision falls under: of all, or of none.
    private func takeTokens(for decision: inout Decision) -> Bool {
        guard takeToken(decision.egress) else {
            decision.limitedEnd = .egress
            return false
        }
        guard decision.hasTwoRules, !takeToken(decision.ingress) else { return true }
        if let egress = decision.egress { tables.rules.giveBackToken(of: egress.rule) }
        decision.limitedEnd = .ingress
        return false
    }

    private func takeToken(_ verdict: Verdict?) -> Bool {
        guard let verdict else { return true }
        return tables.rules.takeToken(of: verdict.rule, now: now)
    }

    /// Gives back what a connection took that was not opened after all.
    func giveBackTokens(of decision: Decision) {
        if let egress = decision.egress { tables.rules.giveBackToken(of: egress.rule) }
        guard decision.hasTwoRules, let ingress = decision.ingress else { return }
        tables.rules.giveBackToken(of: ingress.rule)
    }
}

// MARK: - Group frames: the sender is asked once, each receiver by itself

extension Worker {
    /// Why the rules of the sender stop a group frame, or nil.
    mutating func groupEgressRefusal(_ passage: inout Passage) -> DropReason? {
        passage.decision = .none
        passage.decision.egress = tables.policy.classify(
            port: passage.source.number, .egress, passage.question.egress)
        countHits(of: passage.decision)
        guard passage.decision.isAllowed else { return .deniedByPolicy }
        guard takeTokens(for: &passage.decision) else { return .policyLimit }
        reportAudited(passage)
        return nil
    }

    /// Why the rules of one receiver stop a group frame, or nil. It receives as its first address.
    /// A rule that let the frame out is neither counted nor limited again.
    mutating func groupIngressRefusal(_ passage: inout Passage) -> DropReason? {
        passage.decision.ingress = nil
        passage.decision.limitedEnd = nil
        guard isJudged(passage), passage.destination.hasRules else { return nil }
        let tuple = passage.parsed.fiveTuple
        let verdict = tables.policy.classify(
            port: passage.destination.number, .ingress,
            PolicyQuestion(
                own: passage.destination.receiver(of: tuple.destination), peer: tuple.source,
                service: passage.parsed.service))
        passage.decision.ingress = verdict
        guard verdict.rule != passage.decision.egress?.rule else {
            return verdict.action == .allow ? nil : .deniedByPolicy
        }
        countIngressHit(of: passage.decision)
        guard verdict.action == .allow else { return .deniedByPolicy }
        guard takeToken(verdict) else {
            passage.decision.limitedEnd = .ingress
            return .policyLimit
        }
        if verdict.isAudited { report(.audited, passage, at: .ingress) }
        return nil
    }
}
