import PolicyEngine
import Synchronization

/// What a worker notes of one rule: how often it decided, what it may still tell and allow.
///
/// - Shape: 48 bytes; zeroed memory is a rule that has not decided yet and has no limit.
/// - Thread: one worker writes all of it. ``hits`` and ``lastHit`` may be read by anyone.
@safe struct RuleCell: ~Copyable {
    // Safe: the level lives as long as the ledger that the cell is of.

    /// How many decisions it took part in.
    let hits: Atomic<UInt64>
    /// When it last did, in nanoseconds since 1970.
    let lastHit: Atomic<UInt64>
    /// How many of its decisions were not told yet.
    var untold: UInt64
    /// The bucket of what it may tell.
    var told: BucketLevel
    /// How long a token of its limit takes, in nanoseconds; 0 when it has no limit.
    var limitInterval: UInt64
    /// The bucket of its limit.
    var limit: UnsafeMutablePointer<BucketLevel>?
}

/// The cells of all rules of one policy, at the index of the rule's number.
///
/// - Cost: one line of memory for each decision; nothing for a frame of a known connection.
@safe struct RuleCells: BitwiseCopyable, @unchecked Sendable {
    // Safe, Sendable: every index is held against the count, and only the worker writes.
    private let cells: UnsafeMutablePointer<RuleCell>?
    /// All rules have numbers below this.
    let count: Int

    /// How often one rule may tell of its decisions: a quarter of what all may.
    static let every = BucketRate(perSecond: 500, burst: 128)
    /// The same for a rule with `log sampled`.
    static let sampled = BucketRate(perSecond: 1, burst: 1)

    /// The `count` cells at `cells`.
    init(_ cells: UnsafeMutablePointer<RuleCell>?, count: Int) {
        unsafe self.cells = unsafe cells
        self.count = count
    }

    /// No rules.
    static var none: RuleCells { unsafe RuleCells(nil, count: 0) }

    private func cell(_ rule: RuleID) -> UnsafeMutablePointer<RuleCell>? {
        let index = Int(rule.rawValue)
        guard index < count, let cells = unsafe cells else { return nil }
        return unsafe cells + index
    }

    /// Counts a decision of `rule` at `moment`, in nanoseconds since 1970.
    func hit(_ rule: RuleID, at moment: UInt64) {
        guard let cell = unsafe cell(rule) else { return }
        let hits = unsafe cell.pointee.hits.load(ordering: .relaxed) &+ 1
        unsafe cell.pointee.hits.store(hits, ordering: .relaxed)
        unsafe cell.pointee.lastHit.store(moment, ordering: .relaxed)
    }

    /// Takes a token of the limit of `rule`; true when it has none.
    func takeToken(of rule: RuleID, now: UInt64) -> Bool {
        guard let cell = unsafe cell(rule), let level = unsafe cell.pointee.limit else {
            return true
        }
        let rate = unsafe BucketRate(interval: cell.pointee.limitInterval)
        return unsafe level.pointee.take(rate, now: now)
    }

    /// Gives a token back that was taken for a connection that was not opened.
    func giveBackToken(of rule: RuleID) {
        guard let cell = unsafe cell(rule), let level = unsafe cell.pointee.limit else { return }
        unsafe level.pointee.giveBack(BucketRate(interval: cell.pointee.limitInterval))
    }

    /// Whether the rule of `verdict` may tell of a decision at `now`.
    func mayTell(_ verdict: Verdict, now: UInt64) -> Bool {
        guard let cell = unsafe cell(verdict.rule) else { return true }
        return unsafe cell.pointee.told.holds(verdict.reportRate, now: now)
    }

    /// Notes that the rule of `verdict` tells; returns how many decisions it tells of.
    func tell(_ verdict: Verdict, now: UInt64) -> UInt64 {
        guard let cell = unsafe cell(verdict.rule) else { return 1 }
        _ = unsafe cell.pointee.told.take(verdict.reportRate, now: now)
        defer { unsafe cell.pointee.untold = 0 }
        return unsafe cell.pointee.untold &+ 1
    }

    /// Notes a decision that was not told; the next that is told stands for it, too.
    func withhold(_ verdict: Verdict) {
        guard let cell = unsafe cell(verdict.rule) else { return }
        unsafe cell.pointee.untold &+= 1
    }
}

extension Verdict {
    /// How often its rule tells of its decisions.
    fileprivate var reportRate: BucketRate {
        logging == .sampled ? RuleCells.sampled : RuleCells.every
    }
}
