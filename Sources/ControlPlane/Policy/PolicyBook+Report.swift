import ControlAPI
import Packet
import PolicyEngine

// The policy as it is told to people.
extension PolicyBook {
    /// Each file in a few words, in the order of decision.
    package var summaries: [PolicySummary] {
        zip(compiled.files, governedVMs).map { file, vms in
            var summary = PolicySummary(
                name: file.name.value, tier: file.tier.rawValue, path: file.source.path,
                rules: file.rules.count)
            summary.governs = vms
            summary.audited = file.mode == .audit
            return summary
        }
    }

    /// What a reader may stumble over.
    package var warnings: [PolicyFault] { compiled.warnings.map { PolicyFault($0) } }

    /// The policy of this name, whole.
    package func show(_ name: String, _ tally: RuleTally = RuleTally()) -> PolicyShow? {
        guard let index = compiled.files.firstIndex(where: { $0.name.value == name }) else {
            return nil
        }
        let file = compiled.files[index]
        let rules = compiled.rules.filter { $0.policy == name }.map { rule in
            var text = PolicyRuleText(
                name: rule.name, file: rule.file, line: rule.line, text: rule.text)
            text.decides = rule.action != .pass
            let sum = tally.sum(of: rule)
            text.hits = sum.count
            if sum.lastHit > 0 {
                text.lastHit = "\(UnixTime(nanosecondsSince1970: sum.lastHit))"
            }
            return text
        }
        var show = PolicyShow(
            name: name, tier: file.tier.rawValue, path: file.source.path, text: file.source.text)
        show.governs = governedVMs[index]
        show.audited = file.mode == .audit
        show.rules = rules
        return show
    }

    /// The names of the policies that govern a port, in the order of decision.
    package func policies(governing number: PortNumber) -> [String] {
        let endpoints = compiled.universe.endpoints
        guard let index = endpoints.firstIndex(where: { $0.port == number }) else { return [] }
        return compiled.files(governing: index).map { compiled.files[$0].name.value }
    }

    /// For each file the VMs that it governs, by name.
    private var governedVMs: [[String]] {
        var names = [Set<String>](repeating: [], count: compiled.files.count)
        for (index, endpoint) in compiled.universe.endpoints.enumerated() {
            for file in compiled.files(governing: index) { names[file].insert(endpoint.vm) }
        }
        return names.map { $0.sorted() }
    }
}
