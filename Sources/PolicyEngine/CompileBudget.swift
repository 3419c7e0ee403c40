/// How large a compiled policy may grow. A policy over the budget is refused whole.
public struct CompileBudget: Hashable, Sendable {
    /// Boundaries in the merged rows of one port; a row that several peers share counts once.
    public var boundaryCountPerPort: Int
    /// Bytes of the merged rows and class tables of one port.
    public var byteCountPerPort: Int
    /// Bytes of all tables of the host.
    public var byteCountPerHost: Int
    /// What a port may have whose merged rows would not fit; nil: such a policy is refused.
    public var chained: Chained?

    /// The budget of a port in the chained form: a few rows for each peer, the best of which
    /// decides. Its memory is linear in the rules.
    public struct Chained: Hashable, Sendable {
        /// Rules in one direction, for one class of its own addresses.
        public var ruleCountPerPort: Int
        /// Bytes of rows, chains and class tables.
        public var byteCountPerPort: Int

        /// A budget of these sizes.
        public init(ruleCountPerPort: Int, byteCountPerPort: Int) {
            self.ruleCountPerPort = ruleCountPerPort
            self.byteCountPerPort = byteCountPerPort
        }
    }

    /// A budget of these sizes for the merged form alone.
    public init(boundaryCountPerPort: Int, byteCountPerPort: Int, byteCountPerHost: Int) {
        self.boundaryCountPerPort = boundaryCountPerPort
        self.byteCountPerPort = byteCountPerPort
        self.byteCountPerHost = byteCountPerHost
        chained = nil
    }

    /// 65,536 boundaries and 1 MiB for each port, else 100,000 rules and 8 MiB in the chained form;
    /// 256 MiB for the host.
    public static let standard: CompileBudget = {
        var budget = CompileBudget(
            boundaryCountPerPort: 1 << 16, byteCountPerPort: 1 << 20, byteCountPerHost: 256 << 20)
        budget.chained = Chained(ruleCountPerPort: 100_000, byteCountPerPort: 8 << 20)
        return budget
    }()
}
