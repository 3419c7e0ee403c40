import Packet

extension CompiledPolicy {
    /// What happens to a connection, read from the very tables that decide frames.
    ///
    /// - Parameters:
    ///   - from: a VM's name, or an address, or `VM@ADDRESS` for an address that the VM may use.
    ///   - to: likewise.
    ///   - service: `tcp/5432`, `icmp/echo`, or a service's name in any of the files.
    /// - Returns: an answer for each network, each pair of addresses of one family and each part of
    ///   the service; never empty.
    /// - Throws: when a name is unknown, no pair of addresses exists, or no end is on this host.
    public func explain(
        from: String, to: String, service: String
    ) throws(ExplainError) -> [Explanation] {
        let senders = try ends(from)
        let receivers = try ends(to)
        let services = try services(service)
        var answers: [Explanation] = []
        for (sender, receiver) in pairs(senders, receivers) {
            for service in services {
                if let answer = explanation(sender, receiver, service) { answers.append(answer) }
            }
        }
        guard answers.isEmpty else { return answers }
        throw ExplainError(
            message: "no policy of this host decides about \(from) -> \(to)",
            hint: "at least one end must be a VM here, and both in one network with addresses of "
                + "one family")
    }

    /// One possible end of a connection.
    private struct End {
        /// Nil for an address that no VM has: it may stand in every network.
        let endpoint: PolicyEndpoint?
        let address: IPAddress
    }

    private func ends(_ text: String) throws(ExplainError) -> [End] {
        if let bearers = bearers(text) { return bearers }
        if let address = IPAddress(text) {
            let owners = universe.endpoints.filter { $0.ownedAddresses.contains(address) }
            return owners.map { End(endpoint: $0, address: address) }
                + [End(endpoint: nil, address: address)]
        }
        let endpoints = universe.endpoints.filter { $0.vm == text }
        guard !endpoints.isEmpty else {
            let names = Array(Set(universe.endpoints.map(\.vm)))
            throw ExplainError(
                message: "`\(text)` is neither an address nor a VM that is known here",
                hint: Spelling.hint(for: text, among: names, "VMs"))
        }
        return endpoints.flatMap { endpoint in
            endpoint.addresses.map { End(endpoint: endpoint, address: $0) }
        }
    }

    /// `VM@ADDRESS`: the VM with an address that it may use without owning it; nil for other texts.
    private func bearers(_ text: String) -> [End]? {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let address = IPAddress(parts[1]) else { return nil }
        let bearers = universe.endpoints.filter {
            $0.vm == parts[0] && ($0.anyAddress || $0.ownedAddresses.contains(address))
        }
        return bearers.isEmpty ? nil : bearers.map { End(endpoint: $0, address: address) }
    }

    /// The pairs that one packet can have. An address is taken as a stranger's only in networks
    /// where no VM has it.
    private func pairs(_ senders: [End], _ receivers: [End]) -> [(End, End)] {
        senders.flatMap { sender in
            receivers.filter { receiver in
                guard sender.address.isIPv4 == receiver.address.isIPv4 else { return false }
                switch (sender.endpoint?.network, receiver.endpoint?.network) {
                case (let first?, let second?): return first == second
                case (let network?, nil): return !isOwned(receiver.address, in: network)
                case (nil, let network?): return !isOwned(sender.address, in: network)
                case (nil, nil): return false
                }
            }.map { (sender, $0) }
        }
    }

    private func isOwned(_ address: IPAddress, in network: VNI) -> Bool {
        universe.endpoints.contains {
            $0.network == network && $0.ownedAddresses.contains(address)
        }
    }

    private func explanation(
        _ sender: End, _ receiver: End, _ service: ServiceKey
    ) -> Explanation? {
        let egress = decision(
            sender.endpoint, .egress,
            PolicyQuestion(own: sender.address, peer: receiver.address, service: service))
        let ingress = decision(
            receiver.endpoint, .ingress,
            PolicyQuestion(own: receiver.address, peer: sender.address, service: service))
        guard let network = sender.endpoint?.network ?? receiver.endpoint?.network,
            let first = egress ?? ingress
        else { return nil }
        let last = ingress ?? first
        return Explanation(
            network: network, from: sender.address, to: receiver.address, service: service,
            verdict: first.verdict.action == .allow ? last.verdict : first.verdict,
            egress: egress, ingress: ingress)
    }

    private func decision(
        _ endpoint: PolicyEndpoint?, _ direction: TrafficDirection, _ question: PolicyQuestion
    ) -> EndDecision? {
        guard let endpoint, let port = endpoint.port else { return nil }
        let verdict = table.classify(port: port, direction, question)
        return EndDecision(vm: endpoint.vm, port: port, verdict: verdict, rule: rule(verdict.rule))
    }

    /// The services that `text` stands for; of a range, its first.
    private func services(_ text: String) throws(ExplainError) -> [ServiceKey] {
        let named = files.flatMap(\.services).filter { $0.name.value == text }
        if !named.isEmpty {
            return Set(named.flatMap { ServiceRange.union(of: $0.terms, [:]) }.map(\.first))
                .sorted()
        }
        let start = SourcePosition(line: 1, column: 1)
        do throws(SyntaxFault) {
            if case .range(let range) = try ServiceGrammar.term(text, at: start) {
                return [try one(range, text)]
            }
        } catch {
            throw ExplainError(message: error.message, hint: error.hint)
        }
        throw ExplainError(
            message: "`\(text)` is not a service that is known here",
            hint: Spelling.hint(
                for: text, among: files.flatMap(\.services).map(\.name.value), "services"))
    }

    /// The one service of `range`: a port, a type with code 0, or a protocol without ports.
    private func one(_ range: ServiceRange, _ text: String) throws(SyntaxFault) -> ServiceKey {
        let ipProtocol = range.first.ipProtocol
        let isICMP = ipProtocol == .icmp || ipProtocol == .icmpv6
        let isPlain = ![.tcp, .udp, .sctp].contains(ipProtocol) && !isICMP
        let width = range.last.rawValue - range.first.rawValue
        if width == 0 || isPlain || (isICMP && width == 0xff) { return range.first }
        throw SyntaxFault(
            at: SourcePosition(line: 1, column: 1), "`\(text)` is more than one service",
            hint: "name one, as in `tcp/5432` or `icmp/echo`")
    }
}
