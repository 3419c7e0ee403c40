import Packet

/// Puts contradictions between files of one tier into words, each with a packet that shows it.
struct ConflictReport {
    private let book: RuleBook
    private let world: PolicyWorld

    init(_ book: RuleBook, _ world: PolicyWorld) {
        self.book = book
        self.world = world
    }

    /// One error for each pair of rules, at the rule of the later file.
    func errors(_ evidence: [PortCompiler.Evidence]) -> PolicyErrors {
        PolicyErrors(
            evidence.map(error).sorted {
                ($0.path, $0.line, $0.message) < ($1.path, $1.line, $1.message)
            })
    }

    private func error(_ evidence: PortCompiler.Evidence) -> PolicyError {
        let first = book.rules[evidence.conflict.first]
        let second = book.rules[evidence.conflict.second]
        let file = book.files[second.file]
        let names = [first, second].map { book.description(of: $0.id) }
        let own = name(evidence.own, evidence)
        let peer = name(evidence.peer, evidence)
        let (from, to) = evidence.direction == .egress ? (own, peer) : (peer, own)
        return PolicyError(
            file,
            at: book.source(of: evidence.conflict.second)?.position ?? file.name.position,
            (
                "`\(names[1].name)` and `\(names[0].name)` (\(names[0].file):\(names[0].line)) "
                    + "of tier \(file.tier.rawValue) disagree: for \(evidence.conflict.service) "
                    + "from \(from) to \(to) at the port of vm \(evidence.endpoint.vm) "
                    + "one says \(second.action.rawValue), the other \(first.action.rawValue)",
                "narrow one of the rules, move one file to another tier, or join the two files"
            ))
    }

    private func name(_ address: IPAddress, _ evidence: PortCompiler.Evidence) -> String {
        if address == evidence.own { return "\(address) (vm \(evidence.endpoint.vm))" }
        let owner = world.subjects.first {
            $0.endpoint.network == evidence.endpoint.network
                && $0.endpoint.ownedAddresses.contains(address)
        }
        return owner.map { "\(address) (vm \($0.endpoint.vm))" } ?? "\(address)"
    }
}
