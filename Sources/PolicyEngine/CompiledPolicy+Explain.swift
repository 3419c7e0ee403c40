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
        let known = ConnectionEnds(universe.endpoints)
        let senders = try ends(from, known)
        let receivers = try ends(to, known)
        let services = try services(service)
        var answers: [Explanation] = []
        for (sender, receiver) in known.pairs(senders, receivers) {
            for service in services {
                if let answer = explanation(sender, receiver, service) { answers.append(answer) }
            }
        }
        guard answers.isEmpty else { return answers }
        let routers = [(from, senders), (to, receivers)].filter { name, ends in
            IPAddress(name) == nil
                && ends.contains { end in
                    end.endpoint.map { universe.endpoints[$0].anyAddress } ?? false
                }
        }
        if let (name, _) = routers.first, !name.contains("@") {
            throw ExplainError(
                message: "no policy of this host decides about \(from) -> \(to) at the addresses "
                    + "that are their own",
                hint: "`\(name)` may use every address: name one, as in `\(name)@192.0.2.1`")
        }
        throw ExplainError(
            message: "no policy of this host decides about \(from) -> \(to)",
            hint: "at least one end must be a VM here, and both in one network with addresses of "
                + "one family")
    }

    private func ends(
        _ text: String, _ known: ConnectionEnds
    ) throws(ExplainError) -> [ConnectionEnds.End] {
        if let bearers = known.bearers(text) { return bearers }
        if let address = IPAddress(text) { return known.ends(at: address) }
        guard known.knows(vm: text) else {
            throw ExplainError(
                message: "`\(text)` is neither an address nor a VM that is known here",
                hint: Spelling.hint(for: text, among: known.vmNames, "VMs"))
        }
        return known.ends(ofVM: text)
    }

    private func explanation(
        _ from: ConnectionEnds.End, _ to: ConnectionEnds.End, _ service: ServiceKey
    ) -> Explanation? {
        let sender = from.endpoint.map { universe.endpoints[$0] }
        let receiver = to.endpoint.map { universe.endpoints[$0] }
        let egress = decision(
            sender, .egress,
            PolicyQuestion(own: from.address, peer: to.address, service: service))
        let ingress = decision(
            receiver, .ingress,
            PolicyQuestion(own: to.address, peer: from.address, service: service))
        guard let network = sender?.network ?? receiver?.network,
            let first = egress ?? ingress
        else { return nil }
        return Explanation(
            network: network, from: from.address, to: to.address, service: service,
            verdict: (ingress ?? first).verdict.following(first.verdict),
            egress: egress, ingress: ingress,
            nearestMiss: nearestMiss((from, to), service, (egress, ingress)))
    }

    private func nearestMiss(
        _ ends: (from: ConnectionEnds.End, to: ConnectionEnds.End), _ service: ServiceKey,
        _ decisions: (egress: EndDecision?, ingress: EndDecision?)
    ) -> NearestMiss? {
        let judged = [
            (ends.from.endpoint, TrafficDirection.egress, decisions.egress),
            (ends.to.endpoint, .ingress, decisions.ingress),
        ].compactMap { endpoint, direction, decision in
            endpoint.flatMap { endpoint in decision.map { (endpoint, direction, $0.verdict) } }
        }
        let refusing = judged.filter { $0.2.action != .allow }
        guard !refusing.isEmpty else { return nil }
        let refusal = NearestMissSearch.Refusal(
            from: ends.from.address, to: ends.to.address, service: service, ends: refusing,
            allowing: judged.first { $0.2.action == .allow }?.2.rule)
        return NearestMissSearch(book, world, refusal).nearest
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
        let names = files.flatMap(\.services).map(\.name.value)
        throw ExplainError(
            message: "`\(text)` is not a service that is known here",
            hint: names.isEmpty
                ? "no policy names services; name one yourself, as in `tcp/5432` or `icmp/echo`"
                : Spelling.hint(for: text, among: names, "services"))
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

extension Verdict {
    /// What becomes of a connection whose sender's end decided `first`: its refusal stands, and
    /// where both ends let it pass, what was recorded at the sender's is told.
    fileprivate func following(_ first: Verdict) -> Verdict {
        if first.action != .allow { return first }
        return action == .allow && first.isAudited ? first : self
    }
}
