import ControlAPI
import Packet
import PolicyEngine

// The policy as it is told to people.
extension PolicyBook {
    /// Each file in a few words, in the order of decision.
    package var summaries: [PolicySummary] {
        compiled.files.map { file in
            var summary = PolicySummary(
                name: file.name.value, tier: file.tier.rawValue, path: file.source.path,
                rules: file.rules.count)
            summary.governs = governed(by: file)
            summary.audited = file.mode == .audit
            return summary
        }
    }

    /// What a reader may stumble over.
    package var warnings: [PolicyFault] { compiled.warnings.map { PolicyFault($0) } }

    /// The policy of this name, whole.
    package func show(_ name: String, _ tally: RuleTally = RuleTally()) -> PolicyShow? {
        guard let file = compiled.files.first(where: { $0.name.value == name }) else {
            return nil
        }
        let rules = compiled.rules.filter { $0.policy == name }.map { rule in
            var text = PolicyRuleText(
                name: rule.name, file: rule.file, line: rule.line, text: rule.text)
            let sum = tally.sum(of: rule)
            text.hits = sum.count
            if sum.lastHit > 0 {
                text.lastHit = "\(UnixTime(nanosecondsSince1970: sum.lastHit))"
            }
            return text
        }
        var show = PolicyShow(
            name: name, tier: file.tier.rawValue, path: file.source.path, text: file.source.text)
        show.governs = governed(by: file)
        show.rules = rules
        return show
    }

    /// The names of the policies that govern a port, in the order of decision.
    package func policies(governing number: PortNumber) -> [String] {
        guard let endpoint = compiled.universe.endpoints.first(where: { $0.port == number })
        else { return [] }
        return compiled.files.filter { $0.selects(endpoint) }.map(\.name.value)
    }

    /// The VMs that a file governs, by name.
    private func governed(by file: PolicyFile) -> [String] {
        Set(compiled.universe.endpoints.filter(file.selects).map(\.vm)).sorted()
    }
}

extension PolicyFile {
    /// Whether `for` names the VM, by its name, its labels or one of its addresses.
    fileprivate func selects(_ endpoint: PolicyEndpoint) -> Bool { holds(selector, endpoint) }

    private func holds(_ set: PeerSet, _ endpoint: PolicyEndpoint) -> Bool {
        set.included.contains { holds($0.value, endpoint) }
            && !set.excepted.contains { holds($0.value, endpoint) }
    }

    /// Groups name only groups above them, so this ends.
    private func holds(_ peer: Peer, _ endpoint: PolicyEndpoint) -> Bool {
        switch peer {
        case .any: true
        case .vm(let name): endpoint.vm == name
        case .label(let tests): tests.allSatisfy { $0.matches(endpoint.labels) }
        case .cidr(let prefix): endpoint.ownedAddresses.contains { prefix.covers($0) }
        case .group(let name):
            groups.contains { $0.name.value == name && holds($0.members, endpoint) }
        }
    }
}
