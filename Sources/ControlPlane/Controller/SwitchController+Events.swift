import DataPath
import Logging
import Packet
import PolicyEngine

// What the data path tells: logged if a rule asks for it, denials kept for the flow list.
extension SwitchController {
    /// Takes up what happened since the last call; called every few milliseconds from one place.
    package func takeEvents() {
        let now = ContinuousClock.now
        for event in dataPath.takeEvents() {
            switch event.kind {
            case .moved: logMove(event)
            case .denied, .rejected, .revoked, .limited: denials.add(event)
            case .opened, .audited: break
            }
            guard event.isLogged, logBudget.take(now: now) else { continue }
            log(event)
        }
        let suppressed = logBudget.takeSuppressed(now: now)
        guard suppressed > 0 else { return }
        logger.warning("decisions not logged: too many", metadata: ["count": "\(suppressed)"])
    }

    private func log(_ event: DataPathEvent) {
        let rule = rule(of: event)
        var metadata: Logger.Metadata = [
            "policy": "\(rule.policy)", "rule": "\(rule.name)",
            "verdict": "\(event.deciding.action)",
            "from": "\(sender(of: event))", "to": "\(receiver(of: event))",
            "service": "\(event.service)", "at": "\(rule.file):\(rule.line)",
        ]
        if event.count > 1 { metadata["count"] = "\(event.count)" }
        logger.notice("\(event.kind)", metadata: metadata)
    }

    private func logMove(_ event: DataPathEvent) {
        logger.warning(
            "MAC address moved to another uplink",
            metadata: [
                "mac": "\(event.sourceMAC)", "vni": "\(event.vni)",
                "device": "\(port(event.from)?.device ?? "?")",
            ])
    }

    /// The rule that decided, as people know it.
    func rule(of event: DataPathEvent) -> RuleDescription {
        rule(event.deciding.rule, in: event.generation)
    }

    private func sender(of event: DataPathEvent) -> String {
        let tuple = event.tuple
        let vm = port(event.from)?.vm ?? overlay.remote.place(of: tuple.source, in: event.vni)?.vm
        return name(vm, tuple.source, tuple.ipProtocol.hasPorts ? tuple.sourcePort : nil)
    }

    private func receiver(of event: DataPathEvent) -> String {
        let tuple = event.tuple
        let address = tuple.destination
        let vm =
            event.to.flatMap { port($0)?.vm }
            ?? overlay.remote.place(of: address, in: event.vni)?.vm
        return name(vm, address, tuple.ipProtocol.hasPorts ? tuple.destinationPort : nil)
    }

    /// `web1/10.0.0.1:4711`, or the address alone outside of the VMs; without a port where the
    /// protocol has none.
    private func name(_ vm: String?, _ address: IPAddress, _ port: UInt16?) -> String {
        let host = address.isIPv4 ? "\(address)" : "[\(address)]"
        return (vm.map { "\($0)/" } ?? "") + host + (port.map { ":\($0)" } ?? "")
    }
}

extension DataPathEvent {
    /// The verdict that decided: that of the end that the event is about, else the refusal if there
    /// is one, else the one that asks for a log.
    var deciding: Verdict {
        if let verdict = end == .egress ? egress : end == .ingress ? ingress : nil {
            return verdict
        }
        let verdicts = [egress, ingress].compactMap(\.self)
        return verdicts.first { $0.action != .allow } ?? verdicts.first(where: \.isLogged)
            ?? verdicts.last ?? .denyByDefault
    }

    /// Whether a rule that took part asks for a log; what only passes for audit is always logged.
    var isLogged: Bool {
        switch kind {
        case .opened: egress?.isLogged == true || ingress?.isLogged == true
        case .denied, .rejected, .revoked, .limited: deciding.isLogged
        case .audited: true
        case .moved: false
        }
    }
}
