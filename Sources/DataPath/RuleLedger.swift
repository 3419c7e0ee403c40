import Glibc
import PolicyEngine

/// The cells of the rules of one policy, from when it comes in force until its last count was
/// handed over.
///
/// - Memory: 48 bytes for each number of a rule, zeroed and, where there are many, touched when
///   first used.
/// - Thread: made and read by the control side. The worker writes into ``cells`` as long as a
///   snapshot with this ledger is in force; every such snapshot keeps it alive.
@safe package final class RuleLedger: @unchecked Sendable {
    // Sendable: the worker alone writes to the cells; what others read of them is atomic.

    /// The worker's view.
    let cells: RuleCells
    /// The first generation of the policy.
    package let generation: UInt32
    private let policy: CompiledPolicy
    private let memory: UnsafeMutablePointer<RuleCell>
    /// The levels of the limits by the stable keys of their rules.
    private let levels: [String: LimitLevel]

    /// The ledger of `policy`, in force from `generation` on. A limit whose rule `former` has by
    /// the same key goes on at the level where it is; all others begin full.
    package init(_ policy: CompiledPolicy, generation: UInt32, after former: RuleLedger? = nil) {
        let count = policy.ruleIDEnd
        guard let zeroed = unsafe calloc(count, MemoryLayout<RuleCell>.stride) else {
            // As Swift's own allocations do: it is asked for some bytes for each rule.
            fatalError("no memory for the counts of \(count) rules")
        }
        let memory = unsafe zeroed.bindMemory(to: RuleCell.self, capacity: count)
        var levels: [String: LimitLevel] = [:]
        for (rule, limit) in policy.limits where Int(rule.rawValue) < count {
            let level = levels[limit.key] ?? former?.levels[limit.key] ?? LimitLevel()
            levels[limit.key] = level
            let cell = unsafe memory + Int(rule.rawValue)
            unsafe cell.pointee.limit = level.pointer
            unsafe cell.pointee.limitInterval = 1_000_000_000 / UInt64(max(limit.perSecond, 1))
        }
        unsafe cells = RuleCells(memory, count: count)
        unsafe self.memory = unsafe memory
        self.levels = levels
        self.policy = policy
        self.generation = generation
    }

    deinit { unsafe free(memory) }

    /// Whether it is the ledger of `policy`.
    func isOf(_ policy: CompiledPolicy) -> Bool { self.policy === policy }

    /// What the rules have decided so far.
    func hits(isFinal: Bool) -> RuleHits {
        var hits: [UInt32: RuleHit] = [:]
        for index in 0..<cells.count {
            let count = unsafe memory[index].hits.load(ordering: .relaxed)
            guard count > 0 else { continue }
            let number = UInt32(truncatingIfNeeded: index)
            hits[number] = RuleHit(
                rule: policy.rule(RuleID(rawValue: number)), count: count,
                lastHit: unsafe memory[index].lastHit.load(ordering: .relaxed))
        }
        return RuleHits(generation: generation, isFinal: isFinal, hits: hits)
    }
}

/// The level of one limit, which outlives the policy that set it.
@safe private final class LimitLevel {
    // Safe: ledgers share it, and each cell that points here belongs to one of them.
    let pointer: UnsafeMutablePointer<BucketLevel>

    init() {
        unsafe pointer = .allocate(capacity: 1)
        unsafe pointer.initialize(to: BucketLevel())
    }

    deinit { unsafe pointer.deallocate() }
}

/// How often the rules of one policy decided while it was in force.
public struct RuleHits: Sendable {
    /// The first generation in which the policy was in force.
    public let generation: UInt32
    /// Whether the policy has left for good: these counts will not grow and are not told again.
    public let isFinal: Bool
    /// The rules that decided at all, by ``RuleID/rawValue``.
    ///
    /// A connection opened, a connection judged anew or revoked, a frame refused, and a frame that
    /// is judged by itself (other ICMP, groups) each count once at each rule that decided at one of
    /// its ends, also where the other end refused it; once where it is one rule at both ends.
    public let hits: [UInt32: RuleHit]
}

/// How often one rule decided.
public struct RuleHit: Hashable, Sendable {
    /// The rule.
    public let rule: RuleDescription
    /// How many decisions.
    public let count: UInt64
    /// When the last was, in nanoseconds since 1970.
    public let lastHit: UInt64
}
