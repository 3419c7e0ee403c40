/// Says which rules are over.
enum ExpiryReport {
    static func warnings(_ book: RuleBook) -> [PolicyWarning] {
        var warnings: [PolicyWarning] = []
        for (scope, file) in zip(book.scopes, book.files) {
            for number in scope.rules where book.rules[number].isExpired {
                let rule = file.rules[number - scope.rules.lowerBound]
                guard let day = rule.lastDay?.value else { continue }
                let name = book.descriptions[Int(book.rules[number].id.rawValue)].name
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
