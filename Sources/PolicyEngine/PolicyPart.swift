/// The rules of one direction at the ports that certain nodes name, compiled: from the peer's class
/// to rows. Ports that the same nodes name share it.
///
/// - Shape of ``storage``: four words (the map's size, the row that every class has besides its
///   own, where the pool begins, the row of classes that are not in the map), the map, the pool.
///   Offsets of rows and chains count from the pool; 0 is none.
/// - Map: dense (the class is the index), or hashed pairs of class + 1 and value. A value is a row,
///   or, with ``chainMark``, a chain: a count, then rows.
/// - Row: a count, starts of services, what is decided from there. Services before the first start
///   are left open.
final class PolicyPart: Sendable {
    /// Which rules, in which form.
    struct Key: Hashable, Sendable {
        let direction: TrafficDirection
        /// The files that govern the port.
        let files: [UInt32]
        /// The nodes that name the port's own side.
        let nodes: [UInt32]
        /// The families of the port's own addresses.
        let families: AddressClasses.Families
        let form: Form
    }

    enum Form: Hashable, Sendable {
        /// One row for each class, with everything decided: tiers, files, defaults.
        case merged(DefaultChain)
        /// Rows of the rules of some tiers, at most `depth` for a class besides the common one;
        /// with depth 0 one row in all.
        case chained(tiers: ClosedRange<Int>, depth: Int)
    }

    /// Two rules that contradict each other for the addresses of a class.
    struct Contradiction: Hashable, Sendable {
        let conflict: RowBuilder.Conflict
        let peerClass: Int
    }

    /// The value of a class in the map; 0 when it is not there.
    func value(of number: UInt32) -> UInt32 {
        let size = storage[0]
        if size & Self.denseMark != 0 {
            return number < size & ~Self.denseMark ? storage[4 + Int(number)] : 0
        }
        var slot = 4 + Int(PartMap.place(of: number, size)) * 2
        for _ in 0..<PartMap.probeMax {
            if storage[slot] == number + 1 { return storage[slot + 1] }
            if storage[slot] == 0 { return 0 }
            slot += 2
        }
        return 0
    }

    static let chainMark: UInt32 = 1 << 31
    static let denseMark: UInt32 = 1 << 31

    let key: Key
    let peers: PeerRules
    /// The row of each node of ``peers``, in the chained form; 0 where none was needed.
    let nodeRows: [UInt32]
    let contradictions: [Contradiction]
    /// Whether there are more contradictions than these.
    let hasMoreContradictions: Bool
    let boundaryCount: Int
    let storage: TableStorage<UInt32>

    init(_ draft: consuming PartDraft) {
        key = draft.key
        peers = draft.peers
        nodeRows = draft.nodeRows
        contradictions = draft.contradictions
        hasMoreContradictions = draft.hasMoreContradictions
        boundaryCount = draft.rows.boundaryCount
        let isChain = key.form.depth > 0
        storage = TableStorage([
            [
                draft.map.size, isChain ? draft.commonRow : 0, UInt32(4 + draft.map.words.count),
                isChain ? 0 : draft.commonRow,
            ], draft.map.words, draft.rows.words,
        ])
    }

    var byteCount: Int { storage.byteCount }
}

/// The rules of a part by their peers.
struct PeerRules: Sendable {
    /// The peers' nodes, ascending, without universal ones.
    var nodes: [UInt32] = []
    /// Where the rules of each node end in ``rules``.
    var ends: [UInt32] = []
    var rules: [UInt32] = []
    /// The rules whose peer is everyone.
    var common: [UInt32] = []

    subscript(index: Int) -> ArraySlice<UInt32> {
        rules[(index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])]
    }

    init() {}

    /// Sorts `pairs` of peer node and rule.
    init(_ pairs: [UInt64], universal: Set<UInt32>) {
        let sorted = pairs.sorted()
        rules.reserveCapacity(sorted.count)
        for pair in sorted {
            let node = UInt32(truncatingIfNeeded: pair >> 32)
            let rule = UInt32(truncatingIfNeeded: pair)
            if universal.contains(node) {
                common.append(rule)
                continue
            }
            if nodes.last != node {
                nodes.append(node)
                ends.append(ends.last ?? 0)
            }
            rules.append(rule)
            ends[ends.count - 1] += 1
        }
        common.sort()
    }

    var ruleCount: Int { rules.count + common.count }

    /// Where a node stands.
    func index(of node: UInt32) -> UInt32? { nodes.index(holding: node).map { UInt32($0) } }

    /// Gives a node these rules; it may be new, and keeps its place even without rules.
    mutating func replace(_ node: UInt32, _ list: [UInt32]) -> (index: Int, isNew: Bool) {
        let index = nodes.place(of: node)
        let isNew = index == nodes.count || nodes[index] != node
        let start = index == 0 ? 0 : ends[index - 1]
        if isNew {
            nodes.insert(node, at: index)
            ends.insert(start, at: index)
        }
        let old = Int(start)..<Int(ends[index])
        rules.replaceSubrange(old, with: list)
        if list.count != old.count {
            for later in index..<ends.count {
                ends[later] = UInt32(Int(ends[later]) + list.count - old.count)
            }
        }
        return (index, isNew)
    }
}

/// The map of a part, from class to row or chain.
struct PartMap {
    private(set) var words: [UInt32]
    private let isDense: Bool

    /// The first word of the part: how large the map is, and of which kind.
    var size: UInt32 {
        isDense ? UInt32(words.count) | PolicyPart.denseMark : UInt32(slotCount)
    }

    /// The slots after the last place of the hash, so that no probe runs over the end.
    static let probeMax = 16
    private var slotCount: Int { words.count / 2 - Self.probeMax }

    /// - Parameter entries: classes, ascending, with their values.
    init(_ entries: [(number: UInt32, value: UInt32)], classCount: Int) {
        isDense = entries.count * 3 >= classCount
        words = []
        if isDense {
            words = [UInt32](repeating: 0, count: classCount)
            for entry in entries { words[Int(entry.number)] = entry.value }
        } else {
            fill(entries, slots: max(entries.count * 8 / 5, 1))
        }
    }

    /// A map that was made before.
    init(_ words: [UInt32], size: UInt32) {
        self.words = words
        isDense = size & PolicyPart.denseMark != 0
    }

    /// Gives a class another value; 0 takes it out.
    mutating func set(_ number: UInt32, _ value: UInt32) {
        if isDense {
            while words.count <= Int(number) { words.append(0) }
            words[Int(number)] = value
        } else if !put(number, value) {
            var entries: [(number: UInt32, value: UInt32)] = [(number, value)]
            for slot in stride(from: 0, to: words.count, by: 2) where words[slot] != 0 {
                entries.append((words[slot] - 1, words[slot + 1]))
            }
            fill(entries, slots: entries.count * 2)
        }
    }

    private mutating func fill(_ entries: [(number: UInt32, value: UInt32)], slots: Int) {
        var slots = slots
        repeat {
            words = [UInt32](repeating: 0, count: (slots + Self.probeMax) * 2)
            slots = slots * 3 / 2 + 1
        } while !entries.allSatisfy { put($0.number, $0.value) }
    }

    private mutating func put(_ number: UInt32, _ value: UInt32) -> Bool {
        var slot = Int(Self.place(of: number, UInt32(slotCount))) * 2
        for _ in 0..<Self.probeMax {
            if words[slot] == 0 || words[slot] == number + 1 {
                words[slot] = number + 1
                words[slot + 1] = value
                return true
            }
            slot += 2
        }
        return false
    }

    static func place(of number: UInt32, _ slotCount: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: (UInt64(number &* 0x9e37_79b1) &* UInt64(slotCount)) >> 32)
    }
}
