extension PeerSet: CustomStringConvertible {
    /// The set as a sentence spells it: `web, vm a except label role=db`.
    public var description: String {
        let list = { (peers: [Located<Peer>]) in
            peers.map(\.value.description).joined(separator: ", ")
        }
        return list(included) + (excepted.isEmpty ? "" : " except \(list(excepted))")
    }
}

extension Peer: CustomStringConvertible {
    /// The peer as a sentence spells it.
    public var description: String {
        switch self {
        case .any: "any"
        case .group(let name): name
        case .vm(let name): "vm \(name)"
        case .cidr(let prefix): "cidr \(prefix)"
        case .label(let tests): "label " + tests.map(\.description).joined(separator: " and ")
        }
    }
}

extension LabelTest: CustomStringConvertible {
    /// The test as a sentence spells it.
    public var description: String {
        switch self {
        case .equals(let key, let value): "\(key)=\(value)"
        case .differs(let key, let value): "\(key)!=\(value)"
        case .oneOf(let key, let values): "\(key) in (\(values.joined(separator: "|")))"
        case .has(let key): "has \(key)"
        }
    }
}

extension ServiceRange: CustomStringConvertible {
    /// The range as a sentence spells it: `tcp/80`, `udp/50-60`, `tcp`, `icmp/8`, `any`.
    public var description: String {
        if self == .all { return "any" }
        let ipProtocol = first.ipProtocol
        guard ipProtocol == last.ipProtocol else { return "\(first) to \(last)" }
        if self == ServiceRange(ipProtocol) { return "\(ipProtocol)" }
        if "\(first)" == "\(last)" { return "\(first)" }
        return "\(first)-\("\(last)".split(separator: "/").last ?? "")"
    }
}
