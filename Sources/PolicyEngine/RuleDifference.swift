/// Where a rule stands.
struct RulePlace {
    /// The file, in the order of decision.
    let file: Int
    let index: Int
}

/// The rules by which two versions of the same files differ, where little differs.
///
/// The other rules stand in the same order in both: a packet that none of these speaks of meets the
/// same rules first.
struct RuleDifference {
    /// Rules that the new files do not have, or have elsewhere.
    private(set) var removed: [RulePlace] = []
    /// Rules that the old files did not have, or had elsewhere.
    private(set) var inserted: [RulePlace] = []

    /// Neighbouring rules of a file that others took the place of.
    struct Hunk {
        let file: Int
        /// The rules that were there; none where rules were only put in.
        let old: Range<Int>
        /// The rules that are there now.
        let new: Range<Int>
    }

    /// The difference in pieces, in the order of the files and of their rules.
    private(set) var hunks: [Hunk] = []

    var isEmpty: Bool { removed.isEmpty && inserted.isEmpty }

    /// More edits than these are too many; a rule replaced is two.
    private static let countMax = 512

    /// - Parameters: files in the order of decision.
    /// - Returns: nil when more differs than single rules.
    init?(from old: [PolicyFile], to new: [PolicyFile]) {
        guard old.count == new.count else { return nil }
        for (number, (old, new)) in zip(old, new).enumerated() {
            guard old.hasSameMeaning(as: new) else { return nil }
            if old.rules.isSameMemory(as: new.rules) { continue }
            guard note(old.rules, new.rules, number) else { return nil }
        }
    }

    /// Notes what leads from one list to the other; false when that is too much.
    private mutating func note(_ old: [PolicyRule], _ new: [PolicyRule], _ file: Int) -> Bool {
        let shared = min(old.count, new.count)
        let start = (0..<shared).first { old[$0].text != new[$0].text } ?? shared
        let behind = (0..<shared - start).first {
            old[old.count - 1 - $0].text != new[new.count - 1 - $0].text
        }
        let end = behind ?? shared - start
        var search = ShortestEdit(
            from: old[start..<old.count - end].map(\.text),
            to: new[start..<new.count - end].map(\.text))
        guard search.run(limit: Self.countMax - removed.count - inserted.count) else {
            return false
        }
        let (gone, come) = (search.removed.map { $0 + start }, search.inserted.map { $0 + start })
        removed += gone.map { RulePlace(file: file, index: $0) }
        inserted += come.map { RulePlace(file: file, index: $0) }
        hunks += Self.hunks(gone.reversed(), come.reversed(), file)
        return true
    }

    /// - Parameters: indices, ascending.
    private static func hunks(_ removed: [Int], _ inserted: [Int], _ file: Int) -> [Hunk] {
        var hunks: [Hunk] = []
        var (removed, inserted) = (removed[...], inserted[...])
        var (old, new) = (0, 0)
        while !removed.isEmpty || !inserted.isEmpty {
            let common = min(
                removed.first.map { $0 - old } ?? .max, inserted.first.map { $0 - new } ?? .max)
            (old, new) = (old + common, new + common)
            let start = (old, new)
            while removed.first == old || inserted.first == new {
                if removed.first == old {
                    removed.removeFirst()
                    old += 1
                } else {
                    inserted.removeFirst()
                    new += 1
                }
            }
            hunks.append(Hunk(file: file, old: start.0..<old, new: start.1..<new))
        }
        return hunks
    }
}

/// The fewest elements to take out of one list and to put in to make another one of it: E. Myers,
/// "An O(ND) Difference Algorithm and Its Variations" (1986), whose names these are.
private struct ShortestEdit {
    private let old: [String]
    private let new: [String]
    /// Indices in the old list.
    private(set) var removed: [Int] = []
    /// Indices in the new list.
    private(set) var inserted: [Int] = []

    init(from old: [String], to new: [String]) {
        self.old = old
        self.new = new
    }

    /// How far into the old list a path of some number of edits leads, for each diagonal.
    private struct Reach {
        private var ends: [Int]

        init(limit: Int) { ends = [Int](repeating: 0, count: 2 * limit + 3) }

        /// Diagonals from -limit - 1 to limit + 1.
        subscript(diagonal: Int) -> Int {
            get { ends[diagonal + ends.count / 2] }
            set { ends[diagonal + ends.count / 2] = newValue }
        }

        /// Whether the best way to a diagonal, with so many edits, puts in; else it takes out.
        func inserts(_ diagonal: Int, _ editCount: Int) -> Bool {
            diagonal == -editCount
                || (diagonal != editCount && self[diagonal - 1] < self[diagonal + 1])
        }
    }

    /// Finds the edits; false when more than `limit` are needed.
    mutating func run(limit: Int) -> Bool {
        var reach = Reach(limit: limit)
        var trace: [Reach] = []
        for editCount in 0...limit {
            trace.append(reach)
            for diagonal in stride(from: -editCount, through: editCount, by: 2) {
                var x =
                    reach.inserts(diagonal, editCount)
                    ? reach[diagonal + 1] : reach[diagonal - 1] + 1
                while x < old.count, x - diagonal < new.count, old[x] == new[x - diagonal] {
                    x += 1
                }
                reach[diagonal] = x
                if x >= old.count, x - diagonal >= new.count {
                    backtrack(trace)
                    return true
                }
            }
        }
        return false
    }

    private mutating func backtrack(_ trace: [Reach]) {
        var (x, y) = (old.count, new.count)
        for editCount in trace.indices.dropFirst().reversed() {
            let reach = trace[editCount]
            let inserts = reach.inserts(x - y, editCount)
            let diagonal = x - y + (inserts ? 1 : -1)
            (x, y) = (reach[diagonal], reach[diagonal] - diagonal)
            if inserts { inserted.append(y) } else { removed.append(x) }
        }
    }
}
