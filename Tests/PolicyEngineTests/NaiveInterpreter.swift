import Packet
import PolicyEngine

/// The contract's meaning of policies, sentence by sentence: slow, direct, over the files as read.
struct NaiveInterpreter {
    let files: [PolicyFile]
    let endpoints: [PolicyEndpoint]

    /// A decision: `allow by shop/pg`, with the traits that it has.
    func answer(
        _ endpoint: PolicyEndpoint, _ direction: TrafficDirection, _ question: PolicyQuestion
    ) -> String {
        var recorded: String?
        for tier in [PolicyTier.guard, .platform, .app, .baseline] {
            var files = governing(endpoint).filter { $0.tier == tier }
            while let decision = decision(files, endpoint, (direction, question)) {
                guard decision.isRefusal, decision.file.mode == .audit else {
                    if decision.action == .pass { break }
                    return decision.isRefusal || recorded == nil ? decision.text : recorded ?? ""
                }
                // Only recorded: the tier goes on as if the file were not there.
                recorded = recorded ?? "allow by \(decision.name)\(decision.logging), audited"
                files.removeAll { $0.name.value == decision.file.name.value }
            }
        }
        let governing = governing(endpoint)
        if governing.isEmpty || governing.contains(where: { $0.mode == .enforce }) {
            return recorded ?? "deny by default"
        }
        return recorded ?? "allow by default, audited"
    }

    /// What one file says.
    private struct Decision {
        let file: PolicyFile
        let action: RuleAction
        let name: String
        let logging: String
        let isLimited: Bool

        var isRefusal: Bool { action == .deny || action == .reject }
        var text: String { "\(action) by \(name)\(logging)" + (isLimited ? ", limited" : "") }
    }

    /// What `files`, those of one tier, say: the first rule that matches, else the first default.
    private func decision(
        _ files: [PolicyFile], _ endpoint: PolicyEndpoint,
        _ packet: (TrafficDirection, PolicyQuestion)
    ) -> Decision? {
        for file in files {
            guard let index = firstMatch(in: file, endpoint, packet.0, packet.1) else { continue }
            let rule = file.rules[index]
            let name = rule.name?.value ?? "#\(index + 1)"
            return Decision(
                file: file, action: rule.action, name: "\(file.name.value)/\(name)",
                logging: Self.text(rule.logging), isLimited: rule.limit != nil)
        }
        guard let file = files.first(where: { $0.defaultRule != nil }),
            let fallback = file.defaultRule
        else { return nil }
        return Decision(
            file: file, action: fallback.action, name: "\(file.name.value)/default",
            logging: Self.text(fallback.logging), isLimited: false)
    }

    private static func text(_ logging: Verdict.Logging) -> String {
        switch logging {
        case .none: ""
        case .every: ", logged"
        case .sampled: ", sampled"
        }
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
            (rule.lastDay.map { $0.value.description >= "2026-11-21" } ?? true)
                && names(rule.senders, file) { matches($0, from) }
                && names(rule.receivers, file) { matches($0, to) }
                && covers(rule.services, question.service, file)
        }
    }

    typealias Who = (endpoint: PolicyEndpoint?, address: IPAddress)

    /// Whether a connection passes: at every end that is a VM's.
    func passes(_ from: Who, _ to: Who, _ service: ServiceKey) -> Bool {
        guard from.address.isIPv4 == to.address.isIPv4 else { return false }
        guard from.endpoint != nil || to.endpoint != nil else { return false }
        let out = from.endpoint.map {
            answer(
                $0, .egress,
                PolicyQuestion(own: from.address, peer: to.address, service: service))
        }
        guard out?.hasPrefix("allow") ?? true else { return false }
        let into = to.endpoint.map {
            answer(
                $0, .ingress,
                PolicyQuestion(own: to.address, peer: from.address, service: service))
        }
        return into?.hasPrefix("allow") ?? true
    }

    /// Whether someone belongs to a set of peers of a file.
    func names(_ peers: PeerSet, _ file: PolicyFile, _ who: Who) -> Bool {
        names(peers, file) { matches($0, who) }
    }

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

    /// Whether a service is one of `terms`.
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
