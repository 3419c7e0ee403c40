import ControlAPI
import DataPath
import FlowTable
import Glibc
import Packet
import PolicyEngine

// Live connections and recent denials.
extension SwitchController {
    /// The most connections that one listing holds.
    package static let flowCountMax = 10_000

    /// The flows that `query` asks for: live connections first, then denials, the latest first.
    package func flows(_ query: FlowQuery) async -> FlowList {
        let records = await dataPath.connections(limit: Self.flowCountMax)
        let truncated = records.count == Self.flowCountMax
        let uplinks = unjudgedPorts
        var flows = records.map { flow($0, policy.refusal(of: $0, uplinks)) }
        if query.verdict != .allow { flows += denials.latestFirst.map(flow) }
        flows = flows.filter { flow in
            (query.verdict == nil || flow.verdict == query.verdict)
                && (query.vm == nil || flow.from.vm == query.vm || flow.to.vm == query.vm)
        }
        return FlowList(flows: flows, truncated: truncated)
    }

    /// - Parameter refusal: the verdict of the policy in force by which its next frame ends it.
    private func flow(_ record: ConnectionRecord, _ refusal: PolicyEngine.Verdict?) -> Flow {
        let tuple = record.key.tuple
        var flow = blankFlow(tuple, in: record.key.vni, service: tuple.openingService)
        flow.from = source(tuple, record.ports.original, in: record.key.vni)
        flow.to = destination(tuple, record.ports.reply, in: record.key.vni)
        flow.state = record.state.name
        if let refusal {
            flow.verdict = ControlAPI.Verdict(refusal.action)
            flow.reason = DataPathEvent.revokedReason
            flow.rules = [RuleReference(policy.compiled.rule(refusal.rule))]
        } else {
            note(record.judgement, in: &flow)
        }
        flow.original = Traffic(record.original)
        flow.reply = Traffic(record.reply)
        flow.idleSeconds = seconds(since: record.lastSeen, CLOCK_MONOTONIC)
        return flow
    }

    private func flow(_ entry: DenialTable.Entry) -> Flow {
        let event = entry.event
        let tuple = event.tuple
        var flow = blankFlow(tuple, in: event.vni, service: event.service)
        flow.from = source(tuple, event.from, in: event.vni)
        flow.to = destination(tuple, event.to, in: event.vni)
        flow.state = ConnectionState.closed.name
        flow.verdict = event.kind == .rejected ? .reject : .deny
        flow.reason = event.reason
        flow.rules = [RuleReference(rule(of: event))]
        flow.original.packets = entry.count
        flow.idleSeconds = seconds(since: event.timestamp, CLOCK_REALTIME)
        return flow
    }

    private func blankFlow(_ tuple: FiveTuple, in vni: VNI, service: ServiceKey) -> Flow {
        let unknown = FlowEnd(address: "")
        var flow = Flow(
            network: networkName(vni), service: "\(service)", from: unknown, to: unknown)
        flow.protocol = "\(tuple.ipProtocol)"
        return flow
    }

    /// The name of the network with this identifier, or the identifier.
    func networkName(_ vni: VNI) -> String {
        networksInForce.first { $0.vni == vni }?.name ?? "\(vni)"
    }

    /// The end that sends, at a port or elsewhere.
    func source(
        _ tuple: FiveTuple, _ number: PortNumber?, in network: VNI
    ) -> FlowEnd {
        var end = end(tuple.source, number, in: network)
        if tuple.ipProtocol.hasPorts { end.port = Int(tuple.sourcePort) }
        return end
    }

    /// The end that receives, at a port or elsewhere.
    func destination(
        _ tuple: FiveTuple, _ number: PortNumber?, in network: VNI
    ) -> FlowEnd {
        var end = end(tuple.destination, number, in: network)
        if tuple.ipProtocol.hasPorts { end.port = Int(tuple.destinationPort) }
        return end
    }

    /// The VM at a port, or else the VM on another host.
    private func end(
        _ address: IPAddress, _ number: PortNumber?, in network: VNI
    ) -> FlowEnd {
        let port = number.flatMap { self.port($0) }
        var end = FlowEnd(address: "\(address)", vm: port?.vm, device: port?.device)
        if port == nil { end.name(overlay.remote.place(of: address, in: network)) }
        return end
    }

    /// Notes the rules that allowed a connection, the sender's first; where rules in audit mode
    /// would have refused it, those.
    private func note(_ judgement: ConnectionJudgement, in flow: inout Flow) {
        let rules = [judgement.egressRule, judgement.ingressRule].filter { $0 < 1 << 26 }
            .map { RuleID(rawValue: $0) }
        let names = names(in: judgement.generation)
        let recorded = rules.filter { names?.refuses($0) ?? false }
        flow.audited = !recorded.isEmpty
        flow.rules = (recorded.isEmpty ? rules : recorded).map { rule in
            RuleReference(names?.rule(rule) ?? .forgotten)
        }
    }

    /// The rule of a verdict that was made in `generation`, if its policy is not forgotten.
    func rule(_ id: RuleID, in generation: UInt32) -> RuleDescription {
        names(in: generation)?.rule(id) ?? .forgotten
    }

    /// The names of the rules that were in force in `generation`.
    private func names(in generation: UInt32) -> RuleNames? {
        generation >= policy.firstGeneration
            ? policy.names : formerPolicies.names(in: generation)
    }

    private func seconds(since nanoseconds: UInt64, _ clock: clockid_t) -> Int {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        let now = UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
        return now > nanoseconds ? Int((now - nanoseconds) / 1_000_000_000) : 0
    }
}

extension FlowEnd {
    /// Names the VM on another host that the address belongs to, if it belongs to one.
    mutating func name(_ place: RemoteVMs.Place?) {
        guard let place else { return }
        vm = place.vm
        host = place.host
    }
}

extension DataPathEvent {
    fileprivate static let revokedReason = "policy_revoked"

    /// The drop reason that goes with a refusal.
    fileprivate var reason: String {
        switch kind {
        case .rejected: "rejected_by_policy"
        case .revoked: Self.revokedReason
        case .limited: "policy_limit"
        case .denied, .opened, .audited, .moved: "denied_by_policy"
        }
    }
}

extension RuleReference {
    /// The reference to a rule; the built-in denial stands in no file.
    init(_ rule: RuleDescription) {
        let isWritten = rule.line > 0
        self.init(
            name: rule.name, file: isWritten ? rule.file : nil, line: isWritten ? rule.line : nil)
    }
}

extension Traffic {
    fileprivate init(_ counts: ConnectionCounts) {
        self.init(packets: counts.packets, bytes: counts.bytes)
    }
}

extension IPProtocol {
    /// Whether its packets carry port numbers.
    var hasPorts: Bool { self == .tcp || self == .udp || self == .sctp }
}

extension FiveTuple {
    /// The service that a connection with this original direction opened.
    var openingService: ServiceKey { Question(self).service }
}
