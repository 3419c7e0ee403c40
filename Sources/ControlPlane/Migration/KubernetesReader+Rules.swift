import Packet
import PolicyEngine
import Yams

// Rules, peers, ports and selectors.
extension KubernetesReader {
    /// The items of `ingress` or `egress`, whose peers stand below `key`.
    mutating func rules(_ node: Node, _ key: String) -> [KubernetesRule] {
        list(node, "rules").compactMap { item in
            guard let fields = mapping(item, "a rule") else { return nil }
            refuseOthers(item, [key, "ports"])
            let peers = fields[key].map { list($0, "peers").compactMap { peer($0) } } ?? []
            let ports = fields["ports"].map { list($0, "ports").compactMap { port($0) } } ?? []
            return KubernetesRule(peers: peers, services: ports, place: place(item))
        }
    }

    private mutating func port(_ node: Node) -> ServiceRange? {
        guard let fields = mapping(node, "a port") else { return nil }
        refuseOthers(node, ["protocol", "port", "endPort"])
        guard let ipProtocol = transport(fields["protocol"]) else { return nil }
        guard let first = fields["port"], !isNull(first) else {
            if let last = fields["endPort"], !isNull(last) {
                refuse(last, "`endPort` needs a `port`", hint: "write both, or neither")
            }
            return ServiceRange(ipProtocol)
        }
        guard let number = number(first) else { return nil }
        guard let end = fields["endPort"], !isNull(end) else {
            return ServiceRange(ServiceKey(ipProtocol, number), ServiceKey(ipProtocol, number))
        }
        guard let last = self.number(end) else { return nil }
        guard number <= last else {
            refuse(end, "`endPort` \(last) is below `port` \(number)", hint: "exchange them")
            return nil
        }
        return ServiceRange(ServiceKey(ipProtocol, number), ServiceKey(ipProtocol, last))
    }

    private mutating func transport(_ node: Node?) -> IPProtocol? {
        guard let node, !isNull(node) else { return .tcp }
        guard let word = text(node, "a protocol") else { return nil }
        switch word {
        case "TCP": return .tcp
        case "UDP": return .udp
        case "SCTP": return .sctp
        default:
            refuse(
                node, "`protocol: \(word)` is not known",
                hint: "Kubernetes knows TCP, UDP and SCTP")
            return nil
        }
    }

    /// A port's number; a name stands for a port of each pod's containers, which a VM has not.
    private mutating func number(_ node: Node) -> UInt16? {
        guard let scalar = node.scalar else {
            refuse(node, "expected a port, found something else", hint: "write its number")
            return nil
        }
        let isPlain = scalar.style == .plain || scalar.style == .any
        if isPlain, let number = UInt16(scalar.string), number > 0 { return number }
        if isPlain, Int(scalar.string) != nil {
            refuse(
                node, "`\(scalar.string)` is not a port", hint: "ports are numbers from 1 to 65535")
        } else {
            refuse(
                node,
                "the named port `\(scalar.string)` cannot be translated: "
                    + "only the pod's containers say its number", hint: "write the number")
        }
        return nil
    }

    private mutating func peer(_ node: Node) -> KubernetesPeer? {
        guard let all = mapping(node, "a peer") else { return nil }
        let fields = all.filter { !isNull($0.value) }
        refuseOthers(node, ["podSelector", "namespaceSelector", "ipBlock"])
        if let block = fields["ipBlock"] {
            guard fields.count == 1 else {
                refuse(
                    node, "`ipBlock` stands alone in its peer",
                    hint: "begin another peer with `- ` for the selectors")
                return nil
            }
            return self.block(block)
        }
        guard fields["podSelector"] != nil || fields["namespaceSelector"] != nil else {
            refuse(
                node, "the peer selects nothing",
                hint: "write `podSelector`, `namespaceSelector` or `ipBlock`")
            return nil
        }
        return .pods(
            namespaces: fields["namespaceSelector"].map { selector($0) },
            pods: fields["podSelector"].map { selector($0) })
    }

    private mutating func block(_ node: Node) -> KubernetesPeer? {
        guard let fields = mapping(node, "an address block") else { return nil }
        refuseOthers(node, ["cidr", "except"])
        guard let cidr = fields["cidr"], let whole = prefix(cidr) else {
            if fields["cidr"] == nil {
                refuse(node, "`cidr` is missing", hint: "write `cidr: 10.0.0.0/8`")
            }
            return nil
        }
        var holes: [IPPrefix] = []
        for item in fields["except"].map({ list($0, "prefixes") }) ?? [] {
            guard let hole = prefix(item) else { continue }
            guard whole.covers(hole.address), hole.bitCount > whole.bitCount else {
                refuse(
                    item, "`\(hole)` does not lie within `\(whole)`",
                    hint: "`except` takes away from `cidr`")
                continue
            }
            holes.append(hole)
        }
        return .block(whole, except: holes)
    }

    /// A prefix; bits after it do not count, as in Kubernetes.
    private mutating func prefix(_ node: Node) -> IPPrefix? {
        guard let text = text(node, "a prefix") else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2, let address = IPAddress(parts[0]), let length = UInt8(parts[1]),
            parts[1] == "\(length)", length <= (address.isIPv4 ? 32 : 128)
        {
            return IPPrefix(of: address, bitCount: Int(length) + (address.isIPv4 ? 96 : 0))
        }
        refuse(
            node, "`\(text)` is not an address prefix",
            hint: "write `10.0.0.0/8` or `2001:db8::/32`")
        return nil
    }

    /// A label selector.
    mutating func selector(_ node: Node) -> KubernetesSelector {
        guard let fields = mapping(node, "a label selector") else { return KubernetesSelector() }
        refuseOthers(node, ["matchLabels", "matchExpressions"])
        var selector = KubernetesSelector(place: place(node))
        if let labels = fields["matchLabels"], !isNull(labels) {
            for (key, value) in labels.mapping.map(Array.init) ?? [] {
                requirement(key, .isIn, [value]).map { selector.requirements.append($0) }
            }
            if labels.mapping == nil { _ = mapping(labels, "labels") }
        }
        for item in fields["matchExpressions"].map({ list($0, "expressions") }) ?? [] {
            expression(item).map { selector.requirements.append($0) }
        }
        return selector
    }

    private mutating func expression(_ node: Node) -> KubernetesRequirement? {
        guard let fields = mapping(node, "an expression") else { return nil }
        refuseOthers(node, ["key", "operator", "values"])
        guard let key = fields["key"], let word = fields["operator"] else {
            refuse(node, "an expression has `key` and `operator`", hint: "write both")
            return nil
        }
        guard let name = text(word, "an operator") else { return nil }
        guard let relation = KubernetesRequirement.Operator(rawValue: name) else {
            let known = KubernetesRequirement.Operator.allCases.map(\.rawValue)
            refuse(
                word, "`\(name)` is not an operator of selectors",
                hint: Spelling.hint(for: name, among: known, "operators"))
            return nil
        }
        let values = fields["values"].map { list($0, "values") } ?? []
        guard (relation == .isIn || relation == .isNotIn) != values.isEmpty else {
            refuse(
                node, values.isEmpty ? "`\(name)` needs values" : "`\(name)` takes no values",
                hint: "In and NotIn have `values`, Exists and DoesNotExist have none")
            return nil
        }
        return requirement(key, relation, values)
    }

    private mutating func requirement(
        _ key: Node, _ relation: KubernetesRequirement.Operator, _ values: [Node]
    ) -> KubernetesRequirement? {
        guard let name = key.scalar?.string, Self.isLabelWord(name), name != "has" else {
            refuse(
                key, "the label `\(key.scalar?.string ?? "")` cannot stand in a policy",
                hint: "keys are made of letters, digits, `.`, `_`, `-` and `/`, 128 at most")
            return nil
        }
        var words: [String] = []
        for value in values {
            guard let word = text(value, "the value of a label") else { return nil }
            guard Self.isLabelWord(word) else {
                refuse(
                    value, "the value `\(word)` of the label `\(name)` cannot stand in a policy",
                    hint: "values are made of letters, digits, `.`, `_` and `-`, and not empty")
                return nil
            }
            words.append(word)
        }
        return KubernetesRequirement(
            key: name, relation: relation, values: words, place: place(key))
    }

    /// Whether a word can be the key or value of a label in a sentence.
    static func isLabelWord(_ word: String) -> Bool {
        guard NameSyntax.isName(word, allowing: "/"), let last = word.utf8.last else {
            return false
        }
        return !"._-/".utf8.contains(last)
    }
}

extension IPPrefix {
    /// The prefix of that many bits of the 128-bit form that holds `address`.
    init?(of address: IPAddress, bitCount: Int) {
        let high = bitCount >= 64 ? UInt64.max : ~(UInt64.max >> UInt64(bitCount))
        let low = bitCount <= 64 ? 0 : ~(UInt64.max >> UInt64(bitCount - 64))
        self.init(
            IPAddress(high: address.high & high, low: address.low & low), bitCount: bitCount)
    }
}
