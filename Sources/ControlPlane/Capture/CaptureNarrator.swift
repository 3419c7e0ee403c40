import Capture
import Packet
import PolicyEngine
import Synchronization

/// Tells running captures what ports and rules are called; the controller keeps it up to date.
///
/// - Thread: any. Captures ask from their own tasks, so this does not go through the controller.
package final class CaptureNarrator: Sendable {
    private struct Names {
        var ports: [PortNumber: (device: String, vm: String)] = [:]
        var policy = CompiledPolicy.empty
    }

    private let names = Mutex(Names())

    /// A narrator that knows no port and no rule yet.
    package init() {}

    /// Takes up the ports and the policy in force.
    func update(_ ports: [PortNumber: (device: String, vm: String)], _ policy: CompiledPolicy) {
        names.withLock { $0 = Names(ports: ports, policy: policy) }
    }

    /// What a capture with this filter and snap length says about its ports and frames.
    func narration(filter: String, snapByteCount: Int) -> CaptureExporter.Narration {
        CaptureExporter.Narration(
            interface: { [self] number in
                let port = names.withLock { $0.ports[number] }
                return PcapNGInterface(
                    name: port?.device ?? "port\(number)", description: port?.vm ?? "",
                    filter: filter, snapByteCount: snapByteCount)
            },
            comment: { [self] record in comment(on: record) })
    }

    /// `allow egress shop/#2 policies/shop.yaml:14, ingress …`, or `drop denied_by_policy …`;
    /// nothing about a frame that passed without any rule, as ARP does.
    package func comment(on record: CaptureRecord) -> String? {
        let rules = [("egress", record.egressRule), ("ingress", record.ingressRule)]
            .filter { $0.1 != CaptureNote.noRule }
            .map { direction, rule in "\(direction) \(describe(rule))" }
        let verdict = record.dropReason.map { "drop \($0.name)" } ?? "allow"
        if rules.isEmpty { return record.dropReason == nil ? nil : verdict }
        return "\(verdict) \(rules.joined(separator: ", "))"
    }

    private func describe(_ rule: UInt32) -> String {
        let rule = names.withLock { $0.policy.rule(RuleID(rawValue: rule)) }
        return rule.line == 0 ? rule.name : "\(rule.name) \(rule.file):\(rule.line)"
    }
}
