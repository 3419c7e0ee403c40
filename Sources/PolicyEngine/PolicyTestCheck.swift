import Packet

/// Evaluates the `tests:` of all files on the compiled tables.
struct PolicyTestCheck {
    /// The most decisions that the tests of all files together may take.
    static let decisionCountMax = 1_000_000

    /// The tests that do not hold.
    private(set) var failures: [PolicyError] = []
    /// The tests that speak of what does not exist yet.
    private(set) var warnings: [PolicyWarning] = []

    private let book: RuleBook
    private let tables: TableReading
    private let ends: ConnectionEnds
    private let rules: [String: RuleID]
    private var decisionCount = 0

    init(_ book: RuleBook, _ tables: TableReading) {
        self.book = book
        self.tables = tables
        let hasTests = book.files.contains { !$0.tests.isEmpty }
        ends = ConnectionEnds(hasTests ? tables.world.subjects.map(\.endpoint) : [])
        let hasNames = book.files.contains { $0.tests.contains { $0.rule != nil } }
        rules = Dictionary(
            (hasNames ? book.ids : []).map { (book.description(of: $0).name, $0) },
            uniquingKeysWith: { first, _ in first })
        for file in book.files where !file.tests.isEmpty {
            let services = file.termsOfServices
            for test in file.tests where decisionCount <= Self.decisionCountMax {
                evaluate(test, of: file, ServiceRange.union(of: [test.service], services))
            }
        }
    }

    private mutating func evaluate(
        _ test: PolicyTest, of file: PolicyFile, _ ranges: [ServiceRange]
    ) {
        let name = test.rule.map { self.name($0.value, in: file) }
        if let name, rules[name] == nil { return failures.append(unknown(name, test, file)) }
        guard let pairs = pairs(of: test, file) else { return }
        let cases = pairs.flatMap { pair in
            ranges.filter { $0.mayOccur(inIPv4: pair.sender.address.isIPv4) }.map { (pair, $0) }
        }
        if cases.isEmpty { skip(test, file, "the ends have no addresses of the service's family") }
        let expected = Expected(test, name.flatMap { rules[$0] })
        for (pair, range) in cases {
            if let answer = unexpected(expected, pair, range) {
                let report = PolicyTestReport(book, tables.world)
                return failures.append(report.failure(of: test, in: file, answer))
            }
            if decisionCount > Self.decisionCountMax {
                return failures.append(overBudget(test, file))
            }
        }
    }

    /// The full name of the rule that `by` names.
    private func name(_ rule: String, in file: PolicyFile) -> String {
        if rule.contains("/") || (rule == "default" && file.defaultRule == nil) { return rule }
        return "\(file.name.value)/\(rule)"
    }

    /// The pairs of ends that a test speaks of; nil, with a remark noted, when there is none.
    private mutating func pairs(
        of test: PolicyTest, _ file: PolicyFile
    ) -> [(sender: ConnectionEnds.End, receiver: ConnectionEnds.End)]? {
        guard let senders = ends(of: test.sender.value, test, file),
            let receivers = ends(of: test.receiver.value, test, file)
        else { return nil }
        let pairs = ends.pairs(senders, receivers)
        if !pairs.isEmpty { return pairs }
        let isStrange = (senders + receivers).allSatisfy { $0.endpoint == nil }
        skip(
            test, file,
            isStrange
                ? "neither address belongs to a VM yet"
                : "the ends share no network, or have no addresses of one family")
        return nil
    }

    private mutating func ends(
        of peer: Peer, _ test: PolicyTest, _ file: PolicyFile
    ) -> [ConnectionEnds.End]? {
        guard case .vm(let vm) = peer else {
            if case .cidr(let prefix) = peer { return ends.ends(at: prefix.address) }
            return nil
        }
        let ends = ends.ends(ofVM: vm)
        if !ends.isEmpty { return ends }
        let isKnown = self.ends.knows(vm: vm)
        skip(test, file, isKnown ? "vm \(vm) has no address" : "there is no VM `\(vm)` yet")
        return nil
    }

    private mutating func skip(_ test: PolicyTest, _ file: PolicyFile, _ reason: String) {
        warnings.append(
            PolicyWarning(
                path: file.source.path, position: test.position,
                message: "the test `\(test.text)` was not evaluated: \(reason)"))
    }
}

// What the tables say.
extension PolicyTestCheck {
    /// What a test demands.
    private struct Expected {
        let action: RuleAction
        let rule: RuleID?

        init(_ test: PolicyTest, _ rule: RuleID?) {
            action = test.action
            self.rule = rule
        }
    }

    /// What came out instead of what a test demands.
    struct Answer {
        let sender: ConnectionEnds.End
        let receiver: ConnectionEnds.End
        let service: ServiceKey
        /// What becomes of the connection, as the deciding rule is written.
        let action: RuleAction
        /// The verdicts that decided it: of the end that refuses, or of both.
        let verdicts: [Verdict]
        /// The end that refuses; nil when the connection passes.
        let refusal: TrafficDirection?
    }

    /// The first service of `range` for which the tables do not answer as expected.
    private mutating func unexpected(
        _ expected: Expected,
        _ pair: (sender: ConnectionEnds.End, receiver: ConnectionEnds.End), _ range: ServiceRange
    ) -> Answer? {
        let (from, to) = (pair.sender.address, pair.receiver.address)
        let egress = judged(pair.sender).map { tables.row(of: $0, .egress, own: from, peer: to) }
        let ingress = judged(pair.receiver).map {
            tables.row(of: $0, .ingress, own: to, peer: from)
        }
        let edges = [egress, ingress].compactMap { $0 }.flatMap {
            tables.edges(of: $0, within: range)
        }
        for service in Set(edges + [range.first]).sorted() {
            decisionCount += 1
            let answer = answer(
                pair, service,
                (
                    egress.map { tables.verdict($0, service) },
                    ingress.map { tables.verdict($0, service) }
                ))
            let isRight =
                answer.action == expected.action
                && (expected.rule.map { rule in answer.verdicts.contains { $0.rule == rule } }
                    ?? true)
            if !isRight { return answer }
        }
        return nil
    }

    /// The endpoint of an end that somebody judges: not one on a host without rules.
    private func judged(_ end: ConnectionEnds.End) -> Int? {
        end.endpoint.flatMap { tables.world.subjects[$0].endpoint.isJudged ? $0 : nil }
    }

    private func answer(
        _ pair: (sender: ConnectionEnds.End, receiver: ConnectionEnds.End),
        _ service: ServiceKey, _ verdicts: (egress: Verdict?, ingress: Verdict?)
    ) -> Answer {
        let ends = [
            (TrafficDirection.egress, verdicts.egress), (.ingress, verdicts.ingress),
        ].compactMap { direction, verdict in verdict.map { (direction, $0) } }
        let refusal = ends.first { book.writtenAction(of: $0.1) != .allow }
        return Answer(
            sender: pair.sender, receiver: pair.receiver, service: service,
            action: refusal.map { book.writtenAction(of: $0.1) } ?? .allow,
            verdicts: refusal.map { [$0.1] } ?? ends.map(\.1), refusal: refusal?.0)
    }

    private func unknown(
        _ rule: String, _ test: PolicyTest, _ file: PolicyFile
    ) -> PolicyError {
        PolicyError(
            file, at: test.rule?.position ?? test.position,
            (
                "no rule is called `\(rule)` among the policies compiled together",
                Spelling.hint(for: rule, among: Array(rules.keys), "rules")
            ))
    }

    private func overBudget(_ test: PolicyTest, _ file: PolicyFile) -> PolicyError {
        PolicyError(
            file, at: test.position,
            (
                "the tests ask for more than \(Self.decisionCountMax) decisions",
                "name single services and addresses, or leave out tests"
            ))
    }
}

extension RuleBook {
    /// The action of the rule that decided, as its file says it, in whatever mode that is.
    func writtenAction(of verdict: Verdict) -> RuleAction {
        verdict.rule == .builtIn ? .deny : rules[verdict.rule.number].action
    }
}

extension ServiceRange {
    /// Whether packets of a family can have services of the range: ICMP belongs to IPv4, ICMPv6 to
    /// IPv6.
    fileprivate func mayOccur(inIPv4 isIPv4: Bool) -> Bool {
        guard first.ipProtocol == last.ipProtocol else { return true }
        return first.ipProtocol != (isIPv4 ? .icmpv6 : .icmp)
    }
}
