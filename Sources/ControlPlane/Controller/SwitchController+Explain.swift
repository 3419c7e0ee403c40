import ControlAPI
import Packet
import PolicyEngine

// What would become of a connection, and why.
extension SwitchController {
    /// Answers from the tables that decide frames, or from those that other files would make.
    package func explain(_ request: ExplainRequest) throws(Problem) -> ExplainReply {
        let vni = try request.network.map { (name) throws(Problem) in
            guard let network = networksInForce.first(where: { $0.name == name }) else {
                throw Problem.noNetwork(name, field: "network")
            }
            return network.vni
        }
        let compiled = try compiled(for: request)
        let answers: [PolicyEngine.Explanation]
        do throws(ExplainError) {
            answers = try compiled.explain(
                from: request.from, to: request.to, service: request.service)
        } catch {
            throw problem(error, request, compiled.universe)
        }
        let wanted = answers.filter { vni == nil || $0.network == vni }
        guard !wanted.isEmpty else {
            throw Problem(
                .notFound, "'\(request.from)' and '\(request.to)' do not meet in that network.",
                field: "network", hint: "Leave the network out to ask in every one.")
        }
        return ExplainReply(explanations: wanted.map(report))
    }

    /// The policy under which is asked.
    private func compiled(for request: ExplainRequest) throws(Problem) -> CompiledPolicy {
        guard let files = request.files else {
            guard !request.audit else {
                throw Problem(
                    .invalidRequest, "'audit' says how 'files' are taken, and there are none.",
                    field: "audit")
            }
            return policy.compiled
        }
        do throws(PolicyErrors) {
            return try PolicyBook.unproven(
                files.map { StoredPolicy($0, isAudited: request.audit) },
                for: universe(of: numberedPorts))
        } catch {
            throw Problem(error)
        }
    }

    /// The problem document for a question without an answer, with the field that is at fault.
    private func problem(
        _ error: ExplainError, _ request: ExplainRequest, _ universe: PolicyUniverse
    ) -> Problem {
        for (field, name) in [("from", request.from), ("to", request.to)]
        where IPAddress(name) == nil && !universe.endpoints.contains(where: { $0.vm == name }) {
            return Problem(.notFound, "\(error.message).", field: field, hint: error.hint)
        }
        let isService = error.message.contains("`\(request.service)`")
        return Problem(
            isService ? .invalidRequest : .notFound, "\(error.message).",
            field: isService ? "service" : nil, hint: error.hint)
    }

    private func report(_ answer: PolicyEngine.Explanation) -> ControlAPI.Explanation {
        let hasPort = [.tcp, .udp, .sctp].contains(answer.service.ipProtocol)
        var to = end(answer.to, answer.ingress, in: answer.network)
        to.port = hasPort ? Int(answer.service.detail) : nil
        var report = ControlAPI.Explanation(
            network: networkName(answer.network),
            from: end(answer.from, answer.egress, in: answer.network), to: to,
            service: "\(answer.service)")
        report.verdict = ControlAPI.Verdict(answer.verdict.action)
        report.note =
            UnjudgedServices.reason(of: answer.service).map { "no rule judges this: \($0)" }
            ?? dhcpNote(answer)
        report.egress = answer.egress.map(self.report)
        report.ingress = answer.ingress.map(self.report)
        report.nearestMiss = answer.nearestMiss.map { miss in
            ControlAPI.NearestMiss(
                rule: RuleReference(miss.rule), fields: miss.fields.map(\.rawValue),
                text: miss.sentence)
        }
        return report
    }

    private func dhcpNote(_ answer: PolicyEngine.Explanation) -> String? {
        guard [ServiceKey(.udp, 67), ServiceKey(.udp, 547)].contains(answer.service) else {
            return nil
        }
        return "from a DHCP client's port to all, or to a VM that may serve DHCP, no rule judges "
            + "this: port security decides about it"
    }

    private func end(
        _ address: IPAddress, _ decision: EndDecision?, in network: VNI
    ) -> FlowEnd {
        var end = FlowEnd(
            address: "\(address)", vm: decision?.vm,
            device: decision.flatMap { port($0.port)?.device })
        if decision == nil { end.name(overlay.remote.place(of: address, in: network)) }
        return end
    }

    private func report(_ decision: EndDecision) -> Decision {
        let reference = RuleReference(decision.rule)
        var report = Decision(
            port: port(decision.port)?.device ?? "\(decision.port)",
            verdict: ControlAPI.Verdict(decision.verdict.action), rule: reference,
            text: reference.line == nil ? nil : decision.rule.text)
        report.audited = decision.verdict.isAudited
        return report
    }
}

extension ControlAPI.Verdict {
    /// An action of the policy engine, as it is reported.
    init(_ action: PolicyEngine.Verdict.Action) {
        switch action {
        case .allow: self = .allow
        case .deny: self = .deny
        case .reject: self = .reject
        }
    }
}
