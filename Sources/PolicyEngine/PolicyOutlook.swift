/// What changes when one compiled policy takes the place of another: now, and on the days to come
/// on which rules of either end.
///
/// A rule with `until` hides what its end will change: a `deny` whose last day comes opens what
/// stands behind it, and an `allow` that has no last day any more stays open. So the policies are
/// compared for the day after each last day, too.
public struct PolicyOutlook: Sendable {
    /// What changes from one day on.
    public struct Later: Sendable {
        /// The first day, the one after the last day of a rule.
        public let day: PolicyDay
        /// The changes that were not told for an earlier day.
        public let diff: PolicyDiff
    }

    /// What changes now.
    public let today: PolicyDiff
    /// What else will change, by ascending days.
    public let later: [Later]
    /// The rules that stay, with another limit.
    public let limits: [LimitChange]

    /// The first day on which anything becomes possible that was not, with what changes then; nil
    /// as a day is now.
    public var firstWidening: (day: PolicyDay?, diff: PolicyDiff)? {
        if today.widens { return (nil, today) }
        return later.first { $0.diff.widens }.map { ($0.day, $0.diff) }
    }

    /// More last days than these are refused: what they open would be seen by nobody.
    private static let dayCountMax = 32

    /// - Parameters:
    ///   - old, new: compiled for the same endpoints and the same day.
    ///   - isWhole: whether nothing is shortened.
    /// - Throws: when the policies are too large to be compared.
    public init(
        from old: CompiledPolicy, to new: CompiledPolicy, isWhole: Bool = false
    ) throws(PolicyDiffError) {
        today = try PolicyDiff(from: old, to: new, isWhole: isWhole)
        limits = LimitChange.all(from: old.files, to: new.files)
        let isSame = RuleDifference(from: old.files, to: new.files)?.isEmpty ?? false
        var later: [Later] = []
        let lastDays = isSame ? [] : Self.lastDays(of: [old, new])
        guard lastDays.count <= Self.dayCountMax else {
            throw PolicyDiffError(
                message:
                    "rules of the two policies end on \(lastDays.count) different days, and at "
                    + "most \(Self.dayCountMax) are compared",
                hint: "let rules end on fewer days")
        }
        var told = [today]
        for last in lastDays {
            let day = PolicyDay(number: last.number + 1)
            let former = Self.policy(old, on: day)
            let diff = try PolicyDiff(
                from: former, to: Self.policy(new, on: day, after: former), isWhole: isWhole)
            let rest = diff.without(told)
            told.append(diff)
            if !rest.isEmpty { later.append(Later(day: day, diff: rest)) }
        }
        self.later = later
    }

    /// The last days to come of all rules, ascending.
    private static func lastDays(of policies: [CompiledPolicy]) -> [PolicyDay] {
        let days = policies.flatMap { policy in
            policy.files.flatMap { file in
                file.rules.compactMap { $0.lastDay?.value }.filter { $0 >= policy.book.today }
            }
        }
        return Set(days).sorted()
    }

    /// The policy as it will decide on a day, if it stays. One whose files contradict each other
    /// then closes every port.
    private static func policy(
        _ policy: CompiledPolicy, on day: PolicyDay, after former: CompiledPolicy? = nil
    ) -> CompiledPolicy {
        let terms = CompileTerms(today: day, isAccepted: true, previous: former)
        let compile = { (files: [PolicyFile]) in
            try? PolicyCompiler.compileUnproven(files, policy.universe, terms)
        }
        return compile(policy.files) ?? compile([]) ?? .empty
    }
}
