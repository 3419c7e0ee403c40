import Packet

/// Puts into words what came out of a test instead of what it demands.
struct PolicyTestReport {
    private let book: RuleBook
    private let world: PolicyWorld

    init(_ book: RuleBook, _ world: PolicyWorld) {
        self.book = book
        self.world = world
    }

    /// The error of a test that does not hold.
    func failure(
        of test: PolicyTest, in file: PolicyFile, _ answer: PolicyTestCheck.Answer
    ) -> PolicyError {
        let ends = [answer.sender, answer.receiver]
        let words = zip([test.sender.value, test.receiver.value], ends).map { peer, end in
            if case .vm(let vm) = peer { vm } else { "\(end.address)" }
        }
        return PolicyError(
            file, at: test.position,
            (
                "the test `\(test.text)` does not hold: \(answer.service) from \(name(ends[0])) to "
                    + "\(name(ends[1])) is \(outcome(answer))",
                "see \(book.files.explainCommand(words[0], words[1], answer.service)); "
                    + "correct the rule, or the test"
            ))
    }

    private func name(_ end: ConnectionEnds.End) -> String {
        end.endpoint.map { "\(end.address) (vm \(world.subjects[$0].endpoint.vm))" }
            ?? "\(end.address)"
    }

    private func outcome(_ answer: PolicyTestCheck.Answer) -> String {
        var rules: [String] = []
        for rule in answer.verdicts.map(rule) where !rules.contains(rule) { rules.append(rule) }
        let list = rules.joined(separator: " and ")
        switch (answer.action, answer.refusal) {
        case (.reject, .egress?): return "rejected at the sender's port by \(list)"
        case (.reject, _): return "rejected at the receiver's port by \(list)"
        case (.allow, _): return "allowed by \(list)"
        case (_, .egress?): return "denied at the sender's port by \(list)"
        default: return "denied at the receiver's port by \(list)"
        }
    }

    private func rule(_ verdict: Verdict) -> String {
        let rule = book.description(of: verdict.rule)
        if rule.id == .builtIn { return "`default`: no rule there matches" }
        let place = "\(rule.file):\(rule.line)" + (verdict.isAudited ? ", in audit mode" : "")
        return "`\(rule.name)` (\(place))"
    }
}
