/// A rule that stands in both of two policies, alike but for its limit. No connection becomes
/// possible or impossible by that.
public struct LimitChange: Hashable, Sendable {
    /// The rule's name in the new policy: `shop/http`, `shop/#3`.
    public let rule: String
    /// New connections a second before; nil is without a limit.
    public let old: UInt32?
    /// New connections a second from now on; nil is without a limit.
    public let new: UInt32?

    /// Those of all rules, in the order of the new files.
    static func all(from old: [PolicyFile], to new: [PolicyFile]) -> [LimitChange] {
        guard (old + new).contains(where: { $0.rules.contains { $0.limit != nil } }) else {
            return []
        }
        let former = Dictionary(
            old.map { ($0.name.value, $0) }, uniquingKeysWith: { first, _ in first })
        return new.flatMap { file in
            former[file.name.value].map { changes(from: $0, to: file) } ?? []
        }
    }

    private static func changes(from old: PolicyFile, to new: PolicyFile) -> [LimitChange] {
        let limits = Dictionary(
            old.rules.map { ($0.textWithoutLimit, $0.limit) },
            uniquingKeysWith: { first, _ in first })
        return zip(new.rules, new.ruleNames).compactMap { rule, name in
            guard let limit = limits[rule.textWithoutLimit], limit != rule.limit else {
                return nil
            }
            return LimitChange(rule: "\(new.name.value)/\(name)", old: limit, new: rule.limit)
        }
    }
}

extension PolicyRule {
    /// The sentence without its `limit`; `limit` is a word of the language and no name.
    fileprivate var textWithoutLimit: String {
        limit == nil ? text : text.replacing(#/ limit [0-9]+ ?/s/#, with: "")
    }
}

extension LimitChange: CustomStringConvertible {
    /// `shop/http: limit 2000/s, was 100/s`.
    public var description: String {
        let word = { (limit: UInt32?) in limit.map { "\($0)/s" } ?? "none" }
        return "\(rule): limit \(word(new)), was \(word(old))"
    }
}
