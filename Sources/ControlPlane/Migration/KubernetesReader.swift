import ControlAPI
import PolicyEngine
import Yams

/// Reads NetworkPolicies out of the documents of manifests. Whatever cannot be translated is noted
/// with its place; nothing is passed over in silence.
struct KubernetesReader {
    var faults: KubernetesFaults
    /// The policies read so far.
    private(set) var policies: [KubernetesPolicy] = []
    /// The file that is being read.
    var file = 0

    private static let version = "networking.k8s.io/v1"

    /// Reads every document of every file.
    init(_ files: [PolicyFileText]) {
        faults = KubernetesFaults(files)
        for (index, text) in files.enumerated() {
            file = index
            for document in KubernetesDocuments.read(text, index, &faults) { read(document) }
        }
    }

    private mutating func read(_ document: Node) {
        if isNull(document) { return }  // an empty document between two `---`
        guard let fields = mapping(document, "a manifest") else { return }
        let kind = fields["kind"].flatMap { text($0, "a kind") } ?? ""
        switch kind {
        case "List", "NetworkPolicyList":
            for item in fields["items"].map({ list($0, "items") }) ?? [] {
                readItem(item, of: kind)
            }
        case "NetworkPolicy": readPolicy(fields, document)
        default:
            refuse(
                fields["kind"] ?? document, "`kind: \(kind)` is not a NetworkPolicy",
                hint: "name the files that hold NetworkPolicies, or a List of them")
        }
    }

    /// An item of a NetworkPolicyList need not say what it is.
    private mutating func readItem(_ item: Node, of kind: String) {
        guard kind == "NetworkPolicyList" else { return read(item) }
        guard let fields = mapping(item, "a NetworkPolicy") else { return }
        if fields["kind"] != nil { read(item) } else { readPolicy(fields, item, isTyped: false) }
    }

    private mutating func readPolicy(
        _ fields: [String: Node], _ node: Node, isTyped: Bool = true
    ) {
        let version = fields["apiVersion"].flatMap { text($0, "an API version") }
        if isTyped || version != nil, version != Self.version {
            refuse(
                fields["apiVersion"] ?? node, "`apiVersion: \(version ?? "")` is not read",
                hint: "the only one is `\(Self.version)`")
            return
        }
        refuseOthers(node, ["apiVersion", "kind", "metadata", "spec", "status"])
        guard let metadata = required("metadata", of: fields, node),
            let name = required("name", of: metadata.fields, metadata.node),
            let named = self.name(name.node, "the name of a NetworkPolicy")
        else { return }
        let namespaceNode = metadata.fields["namespace"]
        let namespace = namespaceNode.flatMap { self.name($0, "a namespace") }
        guard let spec = required("spec", of: fields, node) else { return }
        readSpec(
            KubernetesPolicy(
                name: named, namespace: namespace ?? "default", place: place(node),
                namespacePlace: place(namespaceNode ?? metadata.node),
                subject: KubernetesSelector()),
            spec.fields, spec.node)
    }

    private mutating func readSpec(
        _ head: KubernetesPolicy, _ fields: [String: Node], _ node: Node
    ) {
        var policy = head
        refuseOthers(node, ["podSelector", "policyTypes", "ingress", "egress"])
        guard let subject = fields["podSelector"], !isNull(subject) else {
            return refuse(
                node, "`podSelector` is missing", hint: "for every pod write `podSelector: {}`")
        }
        policy.subject = selector(subject)
        let egress = fields["egress"].map { rules($0, "to") } ?? []
        let ingress = fields["ingress"].map { rules($0, "from") } ?? []
        let types = types(fields["policyTypes"], hasEgress: !egress.isEmpty)
        policy.ingress = types.contains("Ingress") ? ingress : nil
        policy.egress = types.contains("Egress") ? egress : nil
        for (key, type, rules) in [("ingress", "Ingress", ingress), ("egress", "Egress", egress)]
        where !types.contains(type) && !rules.isEmpty {
            remark(
                fields[key] ?? node,
                "`\(key)` has no effect: `policyTypes` does not name `\(type)`")
        }
        policies.append(policy)
    }

    /// `policyTypes`; without it a policy speaks of ingress, and of egress if it has such rules.
    private mutating func types(_ node: Node?, hasEgress: Bool) -> Set<String> {
        let items = node.map { list($0, "policyTypes") } ?? []
        guard !items.isEmpty else { return hasEgress ? ["Ingress", "Egress"] : ["Ingress"] }
        var types: Set<String> = []
        for item in items {
            guard let type = text(item, "a policy type") else { continue }
            if type == "Ingress" || type == "Egress" {
                types.insert(type)
            } else {
                refuse(item, "`\(type)` is not a policy type", hint: "they are Ingress and Egress")
            }
        }
        return types
    }
}

// Parts that occur in several places.
extension KubernetesReader {
    func place(_ node: Node) -> KubernetesPlace {
        KubernetesPlace(
            file: file, line: max(node.mark?.line ?? 1, 1), column: max(node.mark?.column ?? 1, 1))
    }

    mutating func refuse(_ node: Node, _ message: String, hint: String) {
        faults.refuse(place(node), message, hint: hint)
    }

    mutating func remark(_ node: Node, _ message: String) {
        faults.remark(place(node), message)
    }

    /// Whether nothing stands there, which Kubernetes takes as if the key were not there.
    func isNull(_ node: Node) -> Bool {
        guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else {
            return false
        }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// The values by key; nil, with the fault noted, where something else stands.
    mutating func mapping(_ node: Node, _ what: String) -> [String: Node]? {
        guard let mapping = node.mapping else {
            refuse(node, "expected \(what), found something else", hint: "write `key: value`")
            return nil
        }
        var fields: [String: Node] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                refuse(key, "a key must be a text", hint: "write `key: value`")
                continue
            }
            fields[name] = value
        }
        return fields
    }

    /// The items; none, with the fault noted, where something else stands.
    mutating func list(_ node: Node, _ what: String) -> [Node] {
        if isNull(node) { return [] }
        guard let items = node.sequence else {
            refuse(
                node, "expected a list of \(what), found something else",
                hint: "write one `- item` on a line")
            return []
        }
        return Array(items)
    }

    /// The mapping at a key that must be there, or the text in it.
    private mutating func required(
        _ key: String, of fields: [String: Node], _ node: Node
    ) -> (fields: [String: Node], node: Node)? {
        guard let value = fields[key], !isNull(value) else {
            refuse(node, "`\(key)` is missing", hint: "a NetworkPolicy has `\(key)`")
            return nil
        }
        guard value.scalar == nil else { return ([:], value) }
        return mapping(value, "`\(key)`").map { ($0, value) }
    }

    /// Refuses every key of a mapping that is not among `known`, where it stands.
    mutating func refuseOthers(_ node: Node, _ known: [String]) {
        for (key, _) in node.mapping.map(Array.init) ?? [] {
            guard let name = key.scalar?.string, !known.contains(name) else { continue }
            refuse(
                key, "the field `\(name)` cannot be translated: it is not known here",
                hint: Spelling.hint(for: name, among: known, "fields"))
        }
    }

    /// A text as Kubernetes wants it: not what YAML takes for a number, a boolean or a date.
    mutating func text(_ node: Node, _ what: String) -> String? {
        guard let scalar = node.scalar else {
            refuse(node, "expected \(what), found something else", hint: "write a text")
            return nil
        }
        let isPlain = scalar.style == .plain || scalar.style == .any
        if isPlain, let type = ImplicitType.of(scalar.string) {
            refuse(
                node, "`\(scalar.string)` without quotes is \(type), not \(what)",
                hint: "write \"\(scalar.string)\"")
            return nil
        }
        return scalar.string
    }

    /// A name that can stand in a policy.
    private mutating func name(_ node: Node, _ what: String) -> String? {
        guard let name = text(node, what) else { return nil }
        if NameSyntax.isName(name), name.last?.isPunctuation == false { return name }
        refuse(
            node, "`\(name)` cannot be \(what)",
            hint: "names are made of letters, digits, `.` and `-`, 128 at most")
        return nil
    }
}
