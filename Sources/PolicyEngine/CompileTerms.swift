/// What a compilation goes by, besides the files and the VMs.
public struct CompileTerms: Sendable {
    /// The day for which the tables hold: rules whose last day is over stand in none. See
    /// ``CompiledPolicy/nextExpiry``.
    public var today: PolicyDay
    /// How large the tables may grow.
    public var budget: CompileBudget
    /// Whether the files are in force already, and are compiled for other VMs, another day or after
    /// a start. Then a test that fails is a warning: a rule that is over would else stay in force
    /// by the very tests that miss it. Promises are proven anew all the same.
    public var isAccepted: Bool
    /// A policy from which the new one differs little, if there is one, and whose promises hold:
    /// what did not change is shared with it, and promises are held against what did, so that
    /// single edits take milliseconds, besides tests. Verdicts and warnings are the same with it
    /// and without.
    public var previous: CompiledPolicy?

    /// For `today`; new files, compiled from the beginning, unless said otherwise.
    public init(
        today: PolicyDay, budget: CompileBudget = .standard, isAccepted: Bool = false,
        previous: CompiledPolicy? = nil
    ) {
        self.today = today
        self.budget = budget
        self.isAccepted = isAccepted
        self.previous = previous
    }
}
