/// Says which rules are over.
enum ExpiryReport {
    static func warnings(_ book: RuleBook) -> [PolicyWarning] {
        var warnings: [PolicyWarning] = []
        for (scope, file) in zip(book.scopes, book.files) {
            for (rule, place) in zip(file.rules, scope.numbers.list) {
                guard book.rules[Int(place)].isExpired, let day = rule.lastDay?.value else {
                    continue
                }
                let name = book.description(of: RuleID(number: Int(place))).name
                warnings.append(
                    PolicyWarning(
                        path: file.source.path, position: rule.position,
                        message: "the last day of rule `\(name)` was \(day): it decides nothing "
                            + "any more; remove it, or write a later day"))
            }
        }
        return warnings
    }
}
