import Packet

/// Says which rules decide nothing, and why. All of it holds for the VMs known now, exactly
/// (``RuleSurvey``); where that takes too much, nothing is said.
struct RuleReport {
    /// The most words that the search for empty groups may read.
    private static let wordCountMax = 1 << 24

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
        populated = Self.populated(book, world)
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
        let rule = book.description(of: book.rules[cover.rule].id)
        let place = "`\(rule.name)` (line \(rule.line))"
        return cover.isAlone
            ? "\(place) above it matches first, wherever it matches"
            : "rules above it, as \(place), together match first, wherever it matches"
    }

    /// The nodes that hold a VM at an address of its own, or an address without a VM.
    private static func populated(_ book: RuleBook, _ world: PolicyWorld) -> BitSet? {
        let partition = world.partition
        let strangers = Identity(nil, book.graph)
        var found = BitSet(below: book.graph.nodeCount, book.graph.universalNodes)
        var budget = wordCountMax
        for (identity, classes) in [(strangers, partition.addressClasses)]
            + world.subjects.map({ ($0.identity, partition.classes(of: $0.endpoint)) })
        {
            for number in classes {
                let members = book.graph.memberList(identity, partition.bits(of: number))
                budget -= 8 + 4 * members.count
                guard budget > 0 else { return nil }
                for node in members { found[Int(node)] = true }
            }
        }
        return found
    }
}

extension PrefixPartition {
    /// The prefix classes that addresses have, ascending; others are those of VMs.
    fileprivate var addressClasses: [Int] {
        Set((ipv4 + ipv6).map(\.prefixClass) + singleList.map(\.prefixClass)).sorted()
    }

    /// The prefix classes of the addresses that an endpoint may use.
    fileprivate func classes(of endpoint: PolicyEndpoint) -> [Int] {
        endpoint.anyAddress
            ? addressClasses
            : Array(Set(endpoint.ownedAddresses.map { prefixClass(of: $0) }))
    }
}
