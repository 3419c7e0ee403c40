import ControlAPI

extension FlowEnd {
    /// The end as people read it: `web1 10.66.0.11:443`, `[fd00::1]:53`.
    package var text: String {
        let isSix = address.contains(":")
        let place = port.map { isSix ? "[\(address)]:\($0)" : "\(address):\($0)" } ?? address
        return vm.map { "\($0) \(place)" } ?? place
    }
}

extension Flow {
    /// The deciding rules and, for a dropped one, the reason.
    package var ruleText: String {
        let names = rules.map(\.name).reduce(into: [String]()) { list, name in
            if list.last != name { list.append(name) }
        }
        return (names + (reason.map { ["(\($0))"] } ?? [])).joined(separator: " ")
    }

    /// The flow on one line, for a list that grows.
    package var line: String {
        let by = ruleText.isEmpty ? "" : " by \(ruleText)"
        let text =
            "\(verdict.rawValue) \(`protocol`) \(from.text) -> \(to.text) on \(service) "
            + "in \(network), \(state)\(by)"
        return text.printable + "\n"
    }

    /// What tells this flow from others in a list that grows; counts do not.
    package var identity: FlowIdentity {
        FlowIdentity(
            network: network, service: "\(`protocol`) \(service)", from: from, to: to,
            verdict: verdict)
    }
}

/// What tells one flow from another.
package struct FlowIdentity: Hashable {
    let network: String
    let service: String
    let from: FlowEnd
    let to: FlowEnd
    let verdict: Verdict
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
