/// Says which defaults never decide at a VM, because that of another file of their tier comes first
/// and says something else.
enum DefaultReport {
    static func warnings(_ book: RuleBook, _ subjects: [PortCompiler.Subject]) -> [PolicyWarning] {
        var seen: Set<[Int]> = []
        return subjects.flatMap { subject in
            silenced(book, subject).compactMap { first, second in
                seen.insert([first, second]).inserted
                    ? warning(book, (first, second), subject.endpoint.vm) : nil
            }
        }
    }

    /// The pairs of files whose defaults differ at a VM, the one that decides first.
    private static func silenced(
        _ book: RuleBook, _ subject: PortCompiler.Subject
    ) -> [(Int, Int)] {
        var first: [PolicyTier: Int] = [:]
        var pairs: [(Int, Int)] = []
        for file in subject.files.map({ Int($0) }) {
            let scope = book.scopes[file]
            guard let fallback = scope.fallback else { continue }
            guard let earlier = first[scope.tier] else {
                first[scope.tier] = file
                continue
            }
            if book.scopes[earlier].fallback?.action != fallback.action {
                pairs.append((earlier, file))
            }
        }
        return pairs
    }

    private static func warning(
        _ book: RuleBook, _ files: (first: Int, second: Int), _ vm: String
    ) -> PolicyWarning? {
        let (first, second) = (book.files[files.first], book.files[files.second])
        guard let deciding = first.defaultRule, let silent = second.defaultRule else { return nil }
        return PolicyWarning(
            path: second.source.path, position: silent.position,
            message: "at the port of vm \(vm), and others alike, this default never decides: "
                + "`\(first.name.value)/default` (\(first.source.path):\(deciding.position.line)), "
                + "which says \(deciding.action.rawValue), comes first in tier "
                + "\(second.tier.rawValue)")
    }
}
