import Packet

/// Searches for the allow rule that comes nearest to a refused connection.
///
/// What it says holds: were the fields of the answer otherwise, as by an edit of the rule, the
/// connection would be allowed at every port on this host.
struct NearestMissSearch {
    /// The connection, and the ends that refuse it.
    struct Refusal {
        let from: IPAddress
        let to: IPAddress
        let service: ServiceKey
        /// The endpoint of each end that refuses, by direction, with its verdict.
        let ends: [(endpoint: Int, direction: TrafficDirection, verdict: Verdict)]
        /// The rule that lets the connection pass at the other end, if one does.
        let allowing: RuleID?
    }

    /// A port that refuses, as the rules see it.
    private struct Port {
        let vm: String
        let senders: BitSet
        let receivers: BitSet
        let files: Set<Int>
        /// The tier whose rule or default refuses; nil where nothing matches.
        let tier: PolicyTier?
        let refusing: RuleID
        /// The first rule of each file that matches the connection as it is.
        var matches: [Int: Int] = [:]
    }

    /// A rule, and what keeps it from allowing the connection.
    private struct Candidate {
        let rule: Int
        var fields: [NearestMiss.Field] = []
        var rival: RuleID?
        var distance = 0
    }

    private let book: RuleBook
    private let world: PolicyWorld
    private let refusal: Refusal
    private var ports: [Port] = []

    init(_ book: RuleBook, _ world: PolicyWorld, _ refusal: Refusal) {
        self.book = book
        self.world = world
        self.refusal = refusal
        ports = refusal.ends.map(port)
    }

    /// The nearest rule; nil when none comes near.
    var nearest: NearestMiss? {
        var best: Candidate?
        for rule in book.rules.indices
        where book.rules[rule].action == .allow && !book.rules[rule].isVacant {
            guard let candidate = candidate(rule) else { continue }
            if best.map({ rank(candidate) < rank($0) }) ?? true { best = candidate }
        }
        guard let best else { return nil }
        let description = book.description(of: RuleID(number: best.rule))
        let reasons = best.fields.map { reason($0, best) }.joined(separator: ", and ")
        return NearestMiss(
            rule: description, fields: best.fields,
            sentence: "\(Self.place(description)) would allow it, but \(reasons)")
    }

    /// What keeps a rule from allowing the connection; nil when that is more than two things.
    private func candidate(_ rule: Int) -> Candidate? {
        let content = book.rules[rule]
        var candidate = Candidate(rule: rule)
        if !content.ranges.contains(where: { $0.contains(refusal.service) }) {
            candidate.fields.append(.service)
            candidate.distance = distance(content.ranges)
        }
        let note = { (field: NearestMiss.Field, isRight: (Port) -> Bool) in
            if !ports.allSatisfy(isRight) { candidate.fields.append(field) }
        }
        note(.sender) { $0.senders[content.senders] }
        note(.receiver) { $0.receivers[content.receivers] }
        if content.isExpired { candidate.fields.append(.until) }
        note(.for) { $0.files.contains(content.file) }
        candidate.rival = ports.lazy.compactMap { rival(of: rule, at: $0) }.first
        if candidate.rival != nil { candidate.fields.append(.order) }
        return (1...2).contains(candidate.fields.count) ? candidate : nil
    }

    /// The rule that decides at a port before `rule` could, or against which it would stand.
    private func rival(of rule: Int, at port: Port) -> RuleID? {
        let file = book.rules[rule].file
        let tier = book.scopes[file].tier
        if let earlier = port.tier, earlier < tier { return port.refusing }
        let rivals = port.matches.filter { other, match in
            if other == file { return match < rule }
            return book.scopes[other].tier == tier && port.files.contains(other)
        }
        return rivals.values.min().map { book.rules[$0].id }
    }

    /// Smaller is nearer: fewer fields first, then what is most likely meant.
    private func rank(_ candidate: Candidate) -> (Int, Int, Int) {
        let isHalf = refusal.allowing == book.rules[candidate.rule].id
        let field =
            switch candidate.fields[0] {
            case .until: 0
            case .for: isHalf ? 1 : 7
            case .service: candidate.distance < 1 << 16 ? 2 : 5
            case .sender: 3
            case .receiver: 4
            case .order: 6
            }
        return (candidate.fields.count, field, candidate.distance)
    }

    /// How far the asked service lies from the nearest one of `ranges`: 65,536 or more if none is
    /// of its protocol.
    private func distance(_ ranges: [ServiceRange]) -> Int {
        let service = Int(refusal.service.rawValue)
        return ranges.map { range in
            let (first, last) = (Int(range.first.rawValue), Int(range.last.rawValue))
            let hasProtocol = first >> 16 <= service >> 16 && service >> 16 <= last >> 16
            return max(first - service, service - last) + (hasProtocol ? 0 : 1 << 16)
        }.min() ?? .max
    }
}

// The connection, as the rules see it.
extension NearestMissSearch {
    private func port(
        _ end: (endpoint: Int, direction: TrafficDirection, verdict: Verdict)
    ) -> Port {
        let subject = world.subjects[end.endpoint]
        let isEgress = end.direction == .egress
        let own = members(subject.identity, isEgress ? refusal.from : refusal.to)
        let peer = isEgress ? refusal.to : refusal.from
        let other = members(owner(of: peer, in: subject.network), peer)
        var port = Port(
            vm: subject.endpoint.vm, senders: isEgress ? own : other,
            receivers: isEgress ? other : own, files: Set(subject.files.map { Int($0) }),
            tier: book.description(of: end.verdict.rule).tier,
            refusing: end.verdict.rule)
        for file in book.scopes.indices { port.matches[file] = firstMatch(of: file, port) }
        return port
    }

    private func members(_ identity: Identity, _ address: IPAddress) -> BitSet {
        let bits = world.partition.bits(of: world.partition.prefixClass(of: address))
        return book.graph.members(identity, bits)
    }

    /// Who an address belongs to in a network: first by what is bound, then by what is formed.
    private func owner(of address: IPAddress, in network: Int) -> Identity {
        let local = world.subjects.lazy.filter { $0.network == network }
        let owner =
            local.first { $0.endpoint.addresses.contains(address) }
            ?? local.first { .linkLocal($0.endpoint.mac) == address }
        return owner?.identity ?? Identity(nil, book.graph)
    }

    private func firstMatch(of file: Int, _ port: Port) -> Int? {
        book.scopes[file].numbers.list.lazy.map { Int($0) }.first { number in
            let rule = book.rules[number]
            return !rule.isExpired && port.senders[rule.senders] && port.receivers[rule.receivers]
                && rule.ranges.contains { $0.contains(refusal.service) }
        }
    }
}

// The answer in words.
extension NearestMissSearch {
    private func reason(_ field: NearestMiss.Field, _ candidate: Candidate) -> String {
        let content = book.rules[candidate.rule]
        let file = book.files[content.file]
        guard let rule = book.source(of: candidate.rule) else { return "" }
        switch field {
        case .service: return "for the service: \(content.rangesText), not \(refusal.service)"
        case .sender: return "for the sender: \(rule.senders), not \(name(refusal.from))"
        case .receiver: return "for the receiver: \(rule.receivers), not \(name(refusal.to))"
        case .until: return "its last day was \(rule.lastDay.map { "\($0.value)" } ?? "")"
        case .for:
            let port = ports.first { !$0.files.contains(content.file) }
            return "policy `\(file.name.value)` is not for vm \(port?.vm ?? "")"
        case .order:
            let rival = book.description(of: candidate.rival ?? .builtIn)
            return "\(Self.place(rival)) decides first"
        }
    }

    private static func place(_ rule: RuleDescription) -> String {
        "`\(rule.name)` (\(rule.file):\(rule.line))"
    }

    private func name(_ address: IPAddress) -> String {
        let network = refusal.ends.first.map { world.subjects[$0.endpoint].network }
        let owner = world.subjects.first {
            $0.network == network && $0.endpoint.ownedAddresses.contains(address)
        }
        return owner.map { "vm \($0.endpoint.vm)" } ?? "\(address)"
    }
}

extension RuleBook.Rule {
    /// The services in words, as far as a line holds them.
    fileprivate var rangesText: String {
        ranges.prefix(4).map(\.description).joined(separator: ", ")
            + (ranges.count > 4 ? ", …" : "")
    }
}
