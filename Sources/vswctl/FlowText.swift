import ControlAPI

extension FlowEnd {
    /// The end as people read it: `web1 10.66.0.11:443`, `[fd00::1]:53`.
    package var text: String {
        let isSix = address.contains(":")
        let place = port.map { isSix ? "[\(address)]:\($0)" : "\(address):\($0)" } ?? address
        return vm.map { "\($0) \(place)" } ?? place
    }
}

extension RuleReference {
    /// The rule as people look it up: `shop/no-ssh policies/shop.yaml:18`.
    package var text: String {
        guard let file else { return name }
        return "\(name) \(file)" + (line.map { ":\($0)" } ?? "")
    }
}

extension Verdict {
    /// The verdict in a word; of what only passes because a file is in audit mode, that too.
    package func text(audited: Bool) -> String {
        rawValue + (audited ? " (audit: would refuse)" : "")
    }
}

extension Flow {
    /// The deciding rules with their places and, for a dropped one, the reason.
    package var ruleText: String {
        let texts = rules.map(\.text).reduce(into: [String]()) { list, text in
            if list.last != text { list.append(text) }
        }
        let parts = [texts.joined(separator: ", "), reason.map { "(\($0))" } ?? ""]
        return parts.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// The flow on one line, for a list that grows.
    package var line: String {
        let by = ruleText.isEmpty ? "" : " by \(ruleText)"
        let text =
            "\(verdict.text(audited: audited)) \(`protocol`) \(from.text) -> \(to.text) "
            + "on \(service) in \(network), \(state)\(by)"
        return text.printable + "\n"
    }

    /// What tells this flow from others in a list that grows; counts do not.
    package var identity: FlowIdentity {
        FlowIdentity(
            network: network, service: "\(`protocol`) \(service)", from: from, to: to,
            verdict: verdict.text(audited: audited))
    }
}

/// What tells one flow from another.
package struct FlowIdentity: Hashable {
    let network: String
    let service: String
    let from: FlowEnd
    let to: FlowEnd
    let verdict: String
}

/// Finds what is new in each list of flows.
package struct FlowNews {
    private var known: Set<FlowIdentity> = []

    /// Nothing is known yet: all of the first list is new.
    package init() {}

    /// The flows that the previous list did not have.
    package mutating func take(_ flows: [Flow]) -> [Flow] {
        let fresh = flows.filter { !known.contains($0.identity) }
        known = Set(flows.map(\.identity))
        return fresh
    }
}
