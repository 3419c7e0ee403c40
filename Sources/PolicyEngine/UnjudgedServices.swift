import Packet

/// What no rule judges, whatever it says: the data path lets it pass by other laws
/// (`DataPath/RelatedTraffic`, ``PortSecurity``).
public enum UnjudgedServices {
    /// ICMP errors and echo replies: in answer to a packet of a live connection they pass without a
    /// rule, and else never.
    static let answers = ServiceSet(
        ascending: [0, 3, 11, 12].map { ServiceRange(.icmp, type: $0) }
            + [1, 2, 3, 4, 129].map { ServiceRange(.icmpv6, type: $0) })
    /// Neighbour discovery (RFC 4861) and group membership (RFC 3810).
    static let portSecurity = ServiceSet(
        ascending: [130, 131, 132, 133, 134, 135, 136, 137, 143].map {
            ServiceRange(.icmpv6, type: $0)
        })
    /// Group membership of IPv4 (RFC 3376); over IPv6 it is a protocol like others.
    static let ofIPv4 = ServiceSet(.igmp)

    /// Why no rule judges a service; nil where rules do.
    public static func reason(of service: ServiceKey) -> String? {
        reason(of: ServiceRange(service, service))
    }

    /// Why no rule judges any service of a range; nil where rules may.
    static func reason(of range: ServiceRange) -> String? {
        let wanted = ServiceSet(ascending: [range])
        if wanted.subtracting(answers).isEmpty {
            return "it passes in answer to a packet of a live connection without a rule, and else "
                + "never"
        }
        if wanted.subtracting(ofIPv4).isEmpty { return "over IPv4 port security decides about it" }
        return wanted.subtracting(portSecurity).isEmpty ? "port security decides about it" : nil
    }

    /// A remark on each term of a rule that no rule judges, and on `log` where nothing is decided.
    static func warnings(_ files: [PolicyFile]) -> [PolicyWarning] {
        files.flatMap { file in
            file.rules.flatMap { rule in
                rule.services.compactMap { warning($0, file) }
                    + silentPass((rule.action, rule.logging, rule.position), file)
            }
                + (file.defaultRule.map {
                    silentPass(($0.action, $0.logging, $0.position), file)
                } ?? [])
        }
    }

    private static func warning(
        _ term: Located<ServiceTerm>, _ file: PolicyFile
    ) -> PolicyWarning? {
        guard case .range(let range) = term.value, let reason = reason(of: range) else {
            return nil
        }
        return PolicyWarning(
            path: file.source.path, position: term.position,
            message: "no rule judges `\(range.first)`: \(reason)")
    }

    private static func silentPass(
        _ rule: (action: RuleAction, logging: Verdict.Logging, position: SourcePosition),
        _ file: PolicyFile
    ) -> [PolicyWarning] {
        guard rule.action == .pass, rule.logging != .none else { return [] }
        return [
            PolicyWarning(
                path: file.source.path, position: rule.position,
                message: "`log` records nothing here: `pass` leaves the decision to a later tier; "
                    + "log at the rule that decides there")
        ]
    }
}
