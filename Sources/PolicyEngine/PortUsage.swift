/// What the tables of one port take, held against the budget.
struct PortUsage {
    private(set) var boundaryCount = 0
    private(set) var byteCount: Int
    private var rows: Set<UInt32> = []
    private var tables: Set<UInt32> = []

    init(byteCount: Int) { self.byteCount = byteCount }

    /// Adds a table, each row and each table once.
    mutating func add(
        _ rows: Set<UInt32>, _ table: UInt32, _ tableByteCount: Int, _ words: TableWords
    ) {
        guard tables.insert(table).inserted else { return }
        byteCount += tableByteCount
        for row in rows { add(row: row, words) }
    }

    /// Adds a row, once.
    mutating func add(row: UInt32, _ words: TableWords) {
        guard rows.insert(row).inserted else { return }
        let count = words.boundaryCount(ofRowAt: row)
        boundaryCount += count
        byteCount += 4 + count * 8
    }

    func check(_ budget: CompileBudget, _ endpoint: PolicyEndpoint) throws(BudgetFault) {
        let port = "the rules at the port of vm \(endpoint.vm)"
        if boundaryCount > budget.boundaryCountPerPort {
            throw BudgetFault(
                "\(port) need more than \(budget.boundaryCountPerPort) boundaries, "
                    + "the budget of one port")
        }
        if byteCount > budget.byteCountPerPort {
            throw BudgetFault(
                "\(port) need more than \(budget.byteCountPerPort) bytes, the budget of one port")
        }
    }
}

/// A compilation grew over its budget.
struct BudgetFault: Error {
    let message: String

    init(_ message: String) { self.message = message }

    static func checkHost(_ byteCount: Int, _ budget: CompileBudget) throws(BudgetFault) {
        guard byteCount > budget.byteCountPerHost else { return }
        throw BudgetFault(
            "the policies need more than \(budget.byteCountPerHost) bytes, the budget of the host")
    }
}
