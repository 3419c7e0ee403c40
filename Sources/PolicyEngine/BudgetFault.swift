/// A compilation grew over its budget.
struct BudgetFault: Error {
    let message: String

    init(_ message: String) { self.message = message }

    /// So many selectors hold the same addresses that the lists of them would outgrow the host.
    static let overlapping = BudgetFault(
        "the policies name too many sets that hold the same addresses: the lists of sets that each "
            + "address is in outgrow the budget of the host")

    static func checkHost(_ byteCount: Int, _ budget: CompileBudget) throws(BudgetFault) {
        guard byteCount > budget.byteCountPerHost else { return }
        throw BudgetFault(
            "the policies need more than \(budget.byteCountPerHost) bytes, the budget of the host")
    }
}
