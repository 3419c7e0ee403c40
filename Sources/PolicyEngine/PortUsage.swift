/// What the tables of one port take, held against the budget.
struct PortUsage {
    private(set) var boundaryCount = 0
    private(set) var byteCount: Int
    private(set) var ruleCount = 0
    private let isMerged: Bool
    private var parts: Set<UInt32> = []

    init(byteCount: Int, isMerged: Bool) {
        self.byteCount = byteCount
        self.isMerged = isMerged
    }

    /// Adds a part, once.
    mutating func add(_ part: PolicyPart, at index: UInt32) {
        guard parts.insert(index).inserted else { return }
        byteCount += part.byteCount
        boundaryCount += part.boundaryCount
    }

    /// Notes how many rules one cell has.
    mutating func note(ruleCount: Int) { self.ruleCount = max(self.ruleCount, ruleCount) }

    /// How much a single part may need.
    func limit(_ budget: CompileBudget) -> (boundaries: Int, words: Int) {
        if isMerged {
            return (budget.boundaryCountPerPort, budget.byteCountPerPort / 4)
        }
        return (.max, (budget.chained?.byteCountPerPort ?? 0) / 4)
    }

    /// Notes that a part grew over its limit while it was built.
    mutating func noteOver(_ count: Int, _ budget: CompileBudget) {
        boundaryCount += count
        let limit = limit(budget)
        if boundaryCount <= limit.boundaries { byteCount = limit.words * 4 + 4 }
    }

    func isOver(_ budget: CompileBudget) -> Bool {
        if isMerged {
            return boundaryCount > budget.boundaryCountPerPort
                || byteCount > budget.byteCountPerPort
        }
        guard let chained = budget.chained else { return true }
        return byteCount > chained.byteCountPerPort || ruleCount > chained.ruleCountPerPort
    }

    /// What is over the budget.
    func fault(_ port: PortPlan, _ budget: CompileBudget) -> BudgetFault {
        let endpoint = port.subject.endpoint
        let isAudited = isMerged && port.isAudited
        let ofOnePort = "the budget of one port" + (isAudited ? " with a file in audit mode" : "")
        let port = "the rules at the port of vm \(endpoint.vm)"
        if isMerged, boundaryCount > budget.boundaryCountPerPort {
            return BudgetFault(
                "\(port) need more than \(budget.boundaryCountPerPort) boundaries, \(ofOnePort)")
        }
        if let chained = budget.chained, !isMerged, ruleCount > chained.ruleCountPerPort {
            return BudgetFault(
                "at the port of vm \(endpoint.vm) there are more than \(chained.ruleCountPerPort) "
                    + "rules in one direction, the budget of one port")
        }
        let byteCount = isMerged ? budget.byteCountPerPort : budget.chained?.byteCountPerPort ?? 0
        return BudgetFault("\(port) need more than \(byteCount) bytes, \(ofOnePort)")
    }
}
