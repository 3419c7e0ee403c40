import ControlAPI
import PolicyEngine

/// Translates NetworkPolicies of Kubernetes into one policy file of the same meaning
/// (docs/policy-migration.md has the argument).
///
/// - In Kubernetes a connection passes when its sender may send it (no policy selects the sender
///   for egress, or some rule of those that do allows it) and its receiver may receive it,
///   likewise. Each half is thus a union of permits `senders × receivers × services`; one permit
///   of each half says that whom no policy selects is free.
/// - Our language asks both ends by the same sentences, so the file must hold the intersection of
///   the halves: of each permit of one half with each of the other. An intersection of permits is a
///   permit again, because regions and service ranges are closed under intersection.
/// - All sentences are `allow`, so their order does not matter; the default is `deny`.
package struct PolicyTranslation {
    /// The largest number of pairs of permits that are looked at.
    static let pairCountMax = 250_000
    /// The largest number of sentences that are written.
    static let ruleCountMax = 5_000

    /// Some who may reach some others.
    struct Permit: Hashable {
        var senders: [PeerRegion]
        var receivers: [PeerRegion]
        /// Empty for every service.
        var services: [ServiceRange] = []
        /// The name of its rule: `web.in1`; empty for those whom nobody restricts.
        var name = ""
        /// Where it comes from, for a comment.
        var origin = ""
    }

    private let request: PolicyImportRequest
    private var faults: KubernetesFaults
    private let policies: [KubernetesPolicy]
    private(set) var restricted: [PeerRegion.Restriction: [PeerRegion]] = [:]

    /// The reply to a request.
    ///
    /// - Throws: a problem that lists everything that cannot be translated, with its place.
    package static func reply(
        to request: PolicyImportRequest
    ) throws(Problem) -> PolicyImportReply {
        let name = request.name ?? PolicyImportRequest.standardName
        try PolicyNaming.check(name)
        var translation = PolicyTranslation(request)
        try translation.checkNamespaces()
        let egress = translation.permits(.egress)
        let ingress = translation.permits(.ingress)
        try translation.checkFaults()
        let rules = try translation.product(egress, ingress)
        let text = PolicyTranslationText(translation.summary(name), translation.restricted, rules)
            .text
        try Self.check(text)
        return PolicyImportReply(
            text: text, policies: translation.policies.count, notes: translation.faults.notes)
    }

    private init(_ request: PolicyImportRequest) {
        self.request = request
        let reader = KubernetesReader(request.files)
        policies = reader.policies
        faults = reader.faults
    }

    /// Without a label that tells namespaces apart there must be one.
    private mutating func checkNamespaces() throws(Problem) {
        if let key = request.namespaceLabel {
            guard KubernetesReader.isLabelWord(key), key != "has" else {
                throw Problem(
                    .invalidRequest, "'\(key)' cannot be the key of a label.",
                    field: "namespaceLabel", hint: "Name a label that VMs have, as in 'namespace'.")
            }
        } else if let first = policies.first {
            for policy in policies where policy.namespace != first.namespace {
                faults.refuse(
                    policy.namespacePlace,
                    "the policy is of namespace `\(policy.namespace)`, the first one of "
                        + "`\(first.namespace)`: VMs have no namespaces", hint: Self.labelHint)
            }
        }
    }

    static let labelHint =
        "label each VM with its namespace, and name the label's key with --namespace-label"

    private func checkFaults() throws(Problem) {
        if !faults.errors.isEmpty {
            let count = faults.errors.count == 1 ? "1 part" : "\(faults.errors.count) parts"
            var problem = Problem(
                .policyInvalid, "\(count) of the files cannot be translated; nothing was written.",
                field: "files", hint: "Correct the lines named in the errors.")
            problem.errors = faults.errors
            throw problem
        }
        guard policies.isEmpty else { return }
        throw Problem(
            .invalidRequest, "There is no NetworkPolicy in the files.", field: "files",
            hint: "Name the files that 'kubectl get networkpolicies -A -o yaml' writes.")
    }

    /// What is written must be what it should be: a policy that is taken.
    private static func check(_ text: String) throws(Problem) {
        do throws(PolicyErrors) {
            let file = try PolicyParser.parse(PolicySource(path: "import", text: text))
            _ = try PolicyCompiler.compile([file], PolicyUniverse(), today: .current)
        } catch {
            throw Problem(
                .tooLarge,
                "The translation is no policy that would be taken: "
                    + "\(error.errors.first?.message ?? "").",
                field: "files", hint: "Import fewer NetworkPolicies, or simpler ones.")
        }
    }

    private func summary(_ name: String) -> PolicyTranslationText.Summary {
        PolicyTranslationText.Summary(
            name: name, namespaceLabel: request.namespaceLabel,
            origins: policies.map { policy in
                let ways = [
                    policy.ingress.map { _ in "ingress" }, policy.egress.map { _ in "egress" },
                ]
                let words = ways.compactMap(\.self).joined(separator: " and ")
                return "\(policy.namespace)/\(policy.name), \(faults.name(of: policy.place)): "
                    + (words.isEmpty ? "nothing" : words)
            })
    }
}

// One half: what one direction allows.
extension PolicyTranslation {
    /// The permits of a direction: one for each rule, and one for whom nobody restricts.
    private mutating func permits(_ direction: PeerRegion.Restriction) -> [Permit] {
        var permits: [Permit] = []
        for policy in policies {
            let rules = direction == .ingress ? policy.ingress : policy.egress
            guard let rules else { continue }
            let subject = region(nil, policy.subject, of: policy)
            if restricted[direction]?.contains(subject) != true {
                restricted[direction, default: []].append(subject)
            }
            for (index, rule) in rules.enumerated() {
                permits.append(permit(rule, index + 1, (policy, subject), direction))
            }
        }
        let free: PeerRegion =
            restricted[direction] == nil ? .everybody : .everybody(beyond: direction)
        let isEgress = direction == .egress
        permits.append(
            Permit(
                senders: [isEgress ? free : .everybody], receivers: [isEgress ? .everybody : free]))
        return permits
    }

    private mutating func permit(
        _ rule: KubernetesRule, _ number: Int,
        _ policy: (whole: KubernetesPolicy, subject: PeerRegion),
        _ direction: PeerRegion.Restriction
    ) -> Permit {
        let peers = rule.peers.map { region($0, of: policy.whole) }
        let others = peers.isEmpty ? [.everybody] : peers
        let isEgress = direction == .egress
        var permit = Permit(
            senders: isEgress ? [policy.subject] : others,
            receivers: isEgress ? others : [policy.subject], services: rule.services)
        let prefix = request.namespaceLabel == nil ? "" : policy.whole.namespace + "."
        permit.name = prefix + policy.whole.name + (isEgress ? ".out" : ".in") + "\(number)"
        permit.origin =
            "\(policy.whole.namespace)/\(policy.whole.name) \(direction.rawValue) \(number), "
            + faults.name(of: rule.place)
        return permit
    }

    private mutating func region(
        _ peer: KubernetesPeer, of policy: KubernetesPolicy
    ) -> PeerRegion {
        switch peer {
        case .block(let prefix, let holes):
            var region = PeerRegion()
            region.prefix = prefix
            region.holes = Set(holes)
            return region
        case .pods(let namespaces, let pods):
            return region(namespaces, pods ?? KubernetesSelector(), of: policy)
        }
    }

    /// The pods that `pods` selects in the namespaces that `namespaces` selects, or in the
    /// policy's own.
    private mutating func region(
        _ namespaces: KubernetesSelector?, _ pods: KubernetesSelector, of policy: KubernetesPolicy
    ) -> PeerRegion {
        var region = PeerRegion(tests: [])
        if let namespaces {
            addNamespaces(namespaces, of: policy, to: &region)
        } else if let key = request.namespaceLabel {
            region.tests?.append(.equals(key: key, value: policy.namespace))
        }
        for requirement in pods.requirements {
            if requirement.key == request.namespaceLabel {
                faults.refuse(
                    requirement.place,
                    "the pods' label `\(requirement.key)` is the one that tells namespaces apart",
                    hint: "give VMs another label for one of the two")
            }
            Self.add(requirement, as: requirement.key, to: &region)
        }
        return region
    }

    /// Kubernetes gives each namespace this label, with its name as the value.
    private static let namespaceName = "kubernetes.io/metadata.name"

    private mutating func addNamespaces(
        _ selector: KubernetesSelector, of policy: KubernetesPolicy, to region: inout PeerRegion
    ) {
        guard let key = request.namespaceLabel else {
            faults.refuse(
                selector.place ?? policy.place,
                "`namespaceSelector` of \(policy.name) cannot be translated: VMs have no "
                    + "namespaces", hint: Self.labelHint)
            return
        }
        region.tests?.append(.has(key: key))
        for requirement in selector.requirements {
            guard requirement.key == Self.namespaceName else {
                faults.refuse(
                    requirement.place,
                    "`namespaceSelector` by the label `\(requirement.key)` cannot be translated: "
                        + "VMs say only the name of their namespace",
                    hint: "select by `\(Self.namespaceName)`")
                continue
            }
            guard requirement.relation != .doesNotExist else {
                faults.refuse(
                    requirement.place, "every namespace has the label `\(Self.namespaceName)`",
                    hint: "remove the peer: it selects nobody")
                continue
            }
            Self.add(requirement, as: key, to: &region)
        }
    }

    private static func add(
        _ requirement: KubernetesRequirement, as key: String, to region: inout PeerRegion
    ) {
        var tests: [LabelTest] = []
        switch requirement.relation {
        case .isIn where requirement.values.count == 1:
            tests = requirement.values.map { .equals(key: key, value: $0) }
        case .isIn: tests = [.oneOf(key: key, values: requirement.values)]
        case .isNotIn: tests = requirement.values.map { .differs(key: key, value: $0) }
        case .exists: tests = [.has(key: key)]
        case .doesNotExist: region.lacking.insert(key)
        }
        for test in tests where region.tests?.contains(test) != true { region.tests?.append(test) }
    }
}

// The intersection of both halves.
extension PolicyTranslation {
    private func product(
        _ egress: [Permit], _ ingress: [Permit]
    ) throws(Problem) -> [Permit] {
        guard egress.count * ingress.count <= Self.pairCountMax else { throw Problem.tooMany }
        var rules: [Permit] = []
        var known: [Permit: Int] = [:]
        for out in egress {
            for into in ingress {
                guard let rule = intersection(out, into) else { continue }
                var plain = rule
                plain.name = ""
                plain.origin = ""
                guard known.updateValue(rules.count, forKey: plain) == nil else { continue }
                rules.append(rule)
                guard rules.count <= Self.ruleCountMax else { throw Problem.tooMany }
            }
        }
        return rules
    }

    private func intersection(_ out: Permit, _ into: Permit) -> Permit? {
        let senders = regions(out.senders, into.senders)
        let receivers = regions(out.receivers, into.receivers)
        guard !senders.isEmpty, !receivers.isEmpty else { return nil }
        var services = out.services.isEmpty ? into.services : out.services
        if !out.services.isEmpty, !into.services.isEmpty {
            services = out.services.flatMap { range in
                into.services.compactMap { range.intersection($0) }
            }
            guard !services.isEmpty else { return nil }
        }
        let names = [out.name, into.name].filter { !$0.isEmpty }
        let origins = [out.origin, into.origin].filter { !$0.isEmpty }
        return Permit(
            senders: senders, receivers: receivers, services: services.unique,
            name: names.joined(separator: "."), origin: origins.joined(separator: " and "))
    }

    private func regions(_ left: [PeerRegion], _ right: [PeerRegion]) -> [PeerRegion] {
        left.flatMap { region in
            right.compactMap { region.intersection($0) }
                .filter { !$0.isPlainlyEmpty(restricted) }
        }.unique
    }
}

extension Array where Element: Hashable {
    /// Each element once, where it first stood.
    var unique: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

extension Problem {
    fileprivate static var tooMany: Problem {
        Problem(
            .tooLarge,
            "Rules for egress and for ingress overlap in more than "
                + "\(PolicyTranslation.ruleCountMax) ways.",
            field: "files",
            hint: "Import fewer NetworkPolicies at once, or leave one direction out.")
    }
}
