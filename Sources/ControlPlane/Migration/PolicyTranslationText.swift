import Packet
import PolicyEngine

/// Writes translated NetworkPolicies as a policy file.
struct PolicyTranslationText {
    /// What stands above the rules.
    struct Summary {
        var name: String
        var namespaceLabel: String?
        /// The NetworkPolicies, a line each.
        var origins: [String]
    }

    private let summary: Summary
    private let restricted: [PeerRegion.Restriction: [PeerRegion]]
    private var groups = PolicyWriter()
    private var groupNames: [PeerRegion: String] = [:]
    private var restrictionNames: [PeerRegion.Restriction: String] = [:]
    private var rules = PolicyWriter()
    private var ruleNames: Set<String> = []

    /// The file.
    private(set) var text = ""

    init(
        _ summary: Summary, _ restricted: [PeerRegion.Restriction: [PeerRegion]],
        _ permits: [PolicyTranslation.Permit]
    ) {
        self.summary = summary
        self.restricted = restricted
        for permit in permits { write(permit) }
        finish()
    }

    private mutating func finish() {
        var writer = PolicyWriter()
        writer.comment("Written by `vswctl policy import` from NetworkPolicies of Kubernetes:")
        for origin in summary.origins { writer.comment("  " + origin) }
        writer.comment("Whom no NetworkPolicy selects is free in that direction; replies need no")
        writer.comment(
            "rule. ICMP passes where a rule names no ports. See docs/policy-migration.md.")
        writer.add("policy: \(summary.name)")
        if let key = summary.namespaceLabel {
            writer.add("for: label has \(key)")
        } else {
            writer.comment("One namespace, in which every VM is a pod.")
            writer.add("for: any")
        }
        text = writer.text
        if !groups.text.isEmpty { text += "groups:\n" + groups.text }
        if !rules.text.isEmpty { text += "rules:\n" + rules.text }
        text += "default: deny\n"
    }

    private mutating func write(_ permit: PolicyTranslation.Permit) {
        let senders = list(permit.senders)
        let receivers = list(permit.receivers)
        let services = permit.services.map(\.sentence).joined(separator: ", ")
        var sentence = "allow \(senders) -> \(receivers)"
        if !services.isEmpty { sentence += " on \(services)" }
        if let name = ruleName(permit.name) { sentence += " as \(name)" }
        rules.comment(
            permit.origin.isEmpty ? "whom no NetworkPolicy selects" : permit.origin, indentation: 2)
        rules.sentence("  -", sentence)
    }

    /// A name that no rule has yet; nil where it would be too long.
    private mutating func ruleName(_ wanted: String) -> String? {
        let first = wanted.isEmpty ? "free" : wanted
        var name = first
        var number = 1
        while ruleNames.contains(name) {
            number += 1
            name = "\(first).\(number)"
        }
        guard name.utf8.count <= 128 else { return nil }
        ruleNames.insert(name)
        return name
    }
}

// Peers.
extension PolicyTranslationText {
    /// The regions as one side of a sentence. Exceptions hold for a whole side, so among several a
    /// region that has some needs a group.
    private mutating func list(_ regions: [PeerRegion]) -> String {
        if regions.count == 1 { return peers(regions[0]) }
        var words: [String] = []
        for region in regions {
            words.append(region.hasExceptions ? group(region) : peers(region))
        }
        return words.joined(separator: ", ")
    }

    /// One region: `label a=b except label has c`.
    private mutating func peers(_ region: PeerRegion) -> String {
        var exceptions = region.lacking.sorted().map { "label has \($0)" }
        exceptions += region.holes.sorted { "\($0)" < "\($1)" }.map { "cidr \($0)" }
        for restriction in PeerRegion.Restriction.allCases where region.beyond.contains(restriction)
        {
            exceptions.append(group(restriction))
        }
        if let tests = region.tests, region.isMixed {
            exceptions.append(complement(of: PeerRegion(tests: tests)))
        }
        let base =
            region.prefix.map { "cidr \($0)" } ?? region.tests.map { pods($0) } ?? "any"
        return base + (exceptions.isEmpty ? "" : " except " + exceptions.joined(separator: ", "))
    }

    private mutating func pods(_ tests: [LabelTest]) -> String {
        guard tests.isEmpty else {
            return "label " + tests.map(\.sentence).joined(separator: " and ")
        }
        let everyVM = PeerRegion(tests: [])
        if let name = groupNames[everyVM] { return name }
        groupNames[everyVM] = "vms"
        groups.comment("every VM: its label `a` differs from one of the two", indentation: 2)
        groups.sentence("  vms:", "label a!=1, label a!=2")
        return "vms"
    }

    /// The group of those whom some policy restricts.
    private mutating func group(_ restriction: PeerRegion.Restriction) -> String {
        if let name = restrictionNames[restriction] { return name }
        let name = "restricted-\(restriction.rawValue)"
        let members = list(restricted[restriction, default: []])
        groups.comment(
            "whom some NetworkPolicy selects for \(restriction.rawValue)", indentation: 2)
        groups.sentence("  \(name):", members)
        restrictionNames[restriction] = name
        return name
    }

    /// A group of the region's own.
    private mutating func group(_ region: PeerRegion) -> String {
        if let name = groupNames[region] { return name }
        let members = peers(region)
        let name = "peers-\(groupNames.count + 1)"
        groups.sentence("  \(name):", members)
        groupNames[region] = name
        return name
    }

    /// The group of everybody else than these VMs.
    private mutating func complement(of region: PeerRegion) -> String {
        var key = PeerRegion(tests: region.tests)
        key.holes = Self.mark
        if let name = groupNames[key] { return name }
        let members = peers(region)
        let name = "others-\(groupNames.count + 1)"
        groups.comment("no VM of: \(members)", indentation: 2)
        groups.sentence("  \(name):", "any except \(members)")
        groupNames[key] = name
        return name
    }

    /// Tells complements from the regions themselves; no region of VMs alone has holes.
    private static let mark: Set<IPPrefix> = Set(IPPrefix("::/0").map { [$0] } ?? [])
}
