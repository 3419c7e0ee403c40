extension BinaryInteger {
    /// So many of `noun`, as in "1 host" and "2 hosts".
    func of(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
