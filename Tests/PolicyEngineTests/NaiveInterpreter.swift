import Packet
import PolicyEngine

/// The contract's meaning of policies, sentence by sentence: slow, direct, over the files as read.
struct NaiveInterpreter {
    let files: [PolicyFile]
    let endpoints: [PolicyEndpoint]

    /// A decision: `allow by shop/pg`, with `, logged` if it is.
    func answer(
        _ endpoint: PolicyEndpoint, _ direction: TrafficDirection, _ question: PolicyQuestion
    ) -> String {
        for tier in [PolicyTier.guard, .platform, .app, .baseline] {
            let governing = governing(endpoint).filter { $0.tier == tier }
            if let (file, index) = firstMatch(governing, endpoint, (direction, question)) {
                let rule = file.rules[index]
                if rule.action == .pass { continue }
                let name = "\(file.name.value)/\(rule.name?.value ?? "#\(index + 1)")"
                return Self.text(rule.action, name, rule.logging != .none)
            }
            guard let file = governing.first(where: { $0.defaultRule != nil }),
                let fallback = file.defaultRule, fallback.action != .pass
            else { continue }
            return Self.text(
                fallback.action, "\(file.name.value)/default", fallback.logging != .none)
        }
        return "deny by default"
    }

    private static func text(_ action: RuleAction, _ name: String, _ isLogged: Bool) -> String {
        "\(action.rawValue) by \(name)" + (isLogged ? ", logged" : "")
    }

    private func firstMatch(
        _ files: [PolicyFile], _ endpoint: PolicyEndpoint,
        _ packet: (TrafficDirection, PolicyQuestion)
    ) -> (PolicyFile, Int)? {
        for file in files {
            if let index = firstMatch(in: file, endpoint, packet.0, packet.1) {
                return (file, index)
            }
        }
        return nil
    }

    /// The files whose `for` selects the port's VM, by name.
    func governing(_ endpoint: PolicyEndpoint) -> [PolicyFile] {
        files.sorted { $0.name.value < $1.name.value }.filter { file in
            names(file.selector, file) { peer in
                endpoint.ownedAddresses.contains { matches(peer, (endpoint, $0)) }
            }
        }
    }

    /// The first rule of a file that governs the packet.
    func firstMatch(
        in file: PolicyFile, _ endpoint: PolicyEndpoint, _ direction: TrafficDirection,
        _ question: PolicyQuestion
    ) -> Int? {
        let own: Who = (endpoint, question.own)
        let peer: Who = (owner(of: question.peer, in: endpoint.network), question.peer)
        let (from, to) = direction == .egress ? (own, peer) : (peer, own)
        return file.rules.firstIndex { rule in
            names(rule.senders, file) { matches($0, from) }
                && names(rule.receivers, file) { matches($0, to) }
                && covers(rule.services, question.service, file)
        }
    }

    typealias Who = (endpoint: PolicyEndpoint?, address: IPAddress)

    func owner(of address: IPAddress, in network: VNI) -> PolicyEndpoint? {
        let local = endpoints.filter { $0.network == network }
        return local.first { $0.addresses.contains(address) }
            ?? local.first { IPAddress.linkLocal($0.mac) == address }
    }

    func names(
        _ peers: PeerSet, _ file: PolicyFile, _ matches: (Peer) -> Bool
    ) -> Bool {
        peers.included.contains { isNamed($0.value, file, matches) }
            && !peers.excepted.contains { isNamed($0.value, file, matches) }
    }

    private func isNamed(_ peer: Peer, _ file: PolicyFile, _ matches: (Peer) -> Bool) -> Bool {
        guard case .group(let name) = peer else { return matches(peer) }
        let group = file.groups.first { $0.name.value == name }
        return group.map { names($0.members, file, matches) } ?? false
    }

    func matches(_ peer: Peer, _ who: Who) -> Bool {
        switch peer {
        case .any: true
        case .group: false
        case .vm(let name): who.endpoint?.vm == name
        case .label(let tests):
            who.endpoint.map { endpoint in tests.allSatisfy { $0.matches(endpoint.labels) } }
                ?? false
        case .cidr(let prefix): holds(prefix, who.address)
        }
    }

    /// Compares bit by bit, within the prefix's family alone.
    private func holds(_ prefix: IPPrefix, _ address: IPAddress) -> Bool {
        guard "\(prefix)".contains(":") != address.isIPv4 else { return false }
        return (0..<Int(prefix.bitCount)).allSatisfy { bit in
            Self.bit(bit, of: prefix.address) == Self.bit(bit, of: address)
        }
    }

    private static func bit(_ index: Int, of address: IPAddress) -> UInt64 {
        index < 64 ? address.high >> UInt64(63 - index) & 1 : address.low >> UInt64(127 - index) & 1
    }

    func covers(
        _ terms: [Located<ServiceTerm>], _ service: ServiceKey, _ file: PolicyFile
    ) -> Bool {
        terms.isEmpty
            || terms.contains { term in
                switch term.value {
                case .any: true
                case .range(let range):
                    range.first.rawValue <= service.rawValue
                        && service.rawValue <= range.last.rawValue
                case .named(let name):
                    file.services.first { $0.name.value == name }
                        .map { covers($0.terms, service, file) } ?? false
                }
            }
    }
}
