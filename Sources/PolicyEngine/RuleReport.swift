import Packet

/// Says which rules decide nothing, and why. All of it holds for the VMs known now, exactly
/// (``RuleSurvey``); where that takes too much, nothing is said.
struct RuleReport {
    private let book: RuleBook
    private let world: PolicyWorld
    private let usage: RuleUsage
    /// Whether someone is in a node; nil when there are too many nodes and VMs to tell cheaply.
    private let populated: BitSet?

    static func warnings(_ book: RuleBook, _ world: PolicyWorld) -> [PolicyWarning] {
        guard let usage = RuleSurvey.usage(book, world) else { return [] }
        let idle = book.rules.indices.filter {
            !usage.isUsed[$0] && !book.rules[$0].isExpired
                && usage.files.contains(book.rules[$0].file)
        }
        guard !idle.isEmpty else { return [] }
        let report = RuleReport(book, world, usage)
        return idle.prefix(PolicyErrors.countMax).compactMap(report.warning)
    }

    private init(_ book: RuleBook, _ world: PolicyWorld, _ usage: RuleUsage) {
        self.book = book
        self.world = world
        self.usage = usage
        populated = book.graph.populated(
            world.partition, world.subjects.map { ($0.identity, $0.endpoint) })
    }

    private func warning(_ number: Int) -> PolicyWarning? {
        let rule = book.rules[number]
        let file = book.files[rule.file]
        guard let source = book.source(of: number) else { return nil }
        let name = "rule `\(book.description(of: rule.id).name)`"
        let found: (SourcePosition, String)
        if usage.isSeen[number] {
            found = (source.position, "\(name) decides nothing: \(cover(of: number))")
        } else if populated?[rule.senders] == false {
            found = (
                source.senders.position,
                "\(name) matches nobody yet: its senders `\(source.senders)` are none"
            )
        } else if populated?[rule.receivers] == false {
            found = (
                source.receivers.position,
                "\(name) matches nobody yet: its receivers `\(source.receivers)` are none"
            )
        } else {
            found = (
                source.position,
                "\(name) matches no connection of the VMs known now: at no port that policy "
                    + "`\(file.name.value)` governs can sender and receiver both be of it"
            )
        }
        return PolicyWarning(path: file.source.path, position: found.0, message: found.1)
    }

    private func cover(of number: Int) -> String {
        guard let cover = usage.covers[number] else { return "rules above it match first" }
        let rule = book.description(of: RuleID(number: cover.rule))
        let place = "`\(rule.name)` (line \(rule.line))"
        let text =
            cover.isAlone
            ? "\(place) above it matches first, wherever it matches"
            : "rules above it, as \(place), together match first, wherever it matches"
        guard let day = lastDay(above: number, cover) else { return text }
        return "\(text); from the day after \(day) on, when a rule above it is over, it may decide"
    }

    /// The first last day to come of what covers a rule: that of the one above it, or of any.
    private func lastDay(above number: Int, _ cover: RuleUsage.Cover) -> PolicyDay? {
        guard book.nextExpiry != nil else { return nil }
        let covering = cover.isAlone ? [cover.rule] : Array(book.rules.indices.prefix(number))
        return covering.filter { book.rules[$0].file == book.rules[number].file }
            .compactMap { book.source(of: $0)?.lastDay?.value }
            .filter { $0 >= book.today }.min()
    }
}
