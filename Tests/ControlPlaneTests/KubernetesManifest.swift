/// Writes NetworkPolicies of the model as YAML, in block or in flow style.
struct KubernetesManifest {
    indirect enum Value {
        case text(String)
        case list([Value])
        case mapping([(String, Value)])
    }

    let isFlow: Bool

    /// A file of these policies: as documents, or as the items of a List.
    func file(_ policies: [ModelPolicy], asList: Bool) -> String {
        let values = policies.map(value)
        guard asList else { return values.map { "---\n" + document($0) }.joined() }
        return document(
            .mapping([
                ("apiVersion", .text("v1")), ("kind", .text("List")), ("items", .list(values)),
            ]))
    }

    private func document(_ value: Value) -> String {
        isFlow ? flow(value) + "\n" : block(value, 0)
    }

    private func flow(_ value: Value) -> String {
        switch value {
        case .text(let text): return text
        case .list(let items): return "[" + items.map(flow).joined(separator: ", ") + "]"
        case .mapping(let pairs):
            return "{" + pairs.map { "\($0.0): \(flow($0.1))" }.joined(separator: ", ") + "}"
        }
    }

    private func block(_ value: Value, _ depth: Int) -> String {
        let blanks = String(repeating: " ", count: depth)
        switch value {
        case .text(let text): return blanks + text + "\n"
        case .list(let items):
            if items.isEmpty { return blanks + "[]\n" }
            return items.map { blanks + "-\n" + block($0, depth + 2) }.joined()
        case .mapping(let pairs):
            if pairs.isEmpty { return blanks + "{}\n" }
            return pairs.map { blanks + $0.0 + ":\n" + block($0.1, depth + 2) }.joined()
        }
    }

    private func value(_ policy: ModelPolicy) -> Value {
        var spec: [(String, Value)] = [("podSelector", value(policy.selector))]
        if let types = policy.types {
            spec.append(("policyTypes", .list(types.map { .text($0) })))
        }
        for (key, peers, rules) in [
            ("ingress", "from", policy.ingress), ("egress", "to", policy.egress),
        ] where !rules.isEmpty {
            spec.append((key, .list(rules.map { value($0, peers) })))
        }
        return .mapping([
            ("apiVersion", .text("networking.k8s.io/v1")), ("kind", .text("NetworkPolicy")),
            (
                "metadata",
                .mapping([("name", .text(policy.name)), ("namespace", .text(policy.namespace))])
            ), ("spec", .mapping(spec)),
        ])
    }

    private func value(_ rule: ModelRule, _ key: String) -> Value {
        var fields: [(String, Value)] = []
        if !rule.peers.isEmpty { fields.append((key, .list(rule.peers.map(value)))) }
        if !rule.ports.isEmpty { fields.append(("ports", .list(rule.ports.map(value)))) }
        return .mapping(fields)
    }

    private func value(_ port: ModelPort) -> Value {
        var fields: [(String, Value)] = []
        if let name = port.name { fields.append(("protocol", .text(name))) }
        if let number = port.port { fields.append(("port", .text("\(number)"))) }
        if let end = port.end { fields.append(("endPort", .text("\(end)"))) }
        return .mapping(fields)
    }

    private func value(_ peer: ModelPeer) -> Value {
        switch peer {
        case .block(let prefix, let holes):
            var fields: [(String, Value)] = [("cidr", .text("\"\(prefix.text)\""))]
            if !holes.isEmpty {
                fields.append(("except", .list(holes.map { .text("'\($0.text)'") })))
            }
            return .mapping([("ipBlock", .mapping(fields))])
        case .pods(let namespaces, let pods):
            var fields: [(String, Value)] = []
            if let namespaces { fields.append(("namespaceSelector", value(namespaces))) }
            if let pods { fields.append(("podSelector", value(pods))) }
            return .mapping(fields)
        }
    }

    private func value(_ selector: ModelSelector) -> Value {
        var fields: [(String, Value)] = []
        if !selector.labels.isEmpty {
            let labels = selector.labels.map { ($0.key, Value.text($0.value)) }
            fields.append(("matchLabels", .mapping(labels)))
        }
        if !selector.expressions.isEmpty {
            let expressions = selector.expressions.map { key, relation, values in
                var fields: [(String, Value)] = [
                    ("key", .text(key)), ("operator", .text(relation)),
                ]
                if !values.isEmpty { fields.append(("values", .list(values.map { .text($0) }))) }
                return Value.mapping(fields)
            }
            fields.append(("matchExpressions", .list(expressions)))
        }
        return .mapping(fields)
    }
}
