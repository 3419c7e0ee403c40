extension DropReason {
    /// The name users read and the API sends: snake_case, stable between versions.
    public var name: String {
        switch self {
        case .truncated: "truncated"
        case .runt: "runt"
        case .oversized: "oversized"
        case .virtioHeader: "virtio_header"
        case .vlanTagged: "vlan_tagged"
        case .etherType: "ether_type"
        case .sourceMAC: "source_mac"
        case .arp: "arp"
        case .ipv4Header: "ipv4_header"
        case .ipv6Header: "ipv6_header"
        case .transportHeader: "transport_header"
        case .icmp: "icmp"
        case .fragment: "fragment"
        case .spoofedMAC: "spoofed_mac"
        case .spoofedIP: "spoofed_ip"
        case .spoofedARP: "spoofed_arp"
        case .spoofedND: "spoofed_nd"
        case .rogueDHCP: "rogue_dhcp"
        case .rogueRouter: "rogue_router"
        case .deniedByPolicy: "denied_by_policy"
        case .rejectedByPolicy: "rejected_by_policy"
        case .policyRevoked: "policy_revoked"
        case .policyLimit: "policy_limit"
        case .noConnection: "no_connection"
        case .connectionState: "connection_state"
        case .connectionLimit: "connection_limit"
        case .fragmentUnknown: "fragment_unknown"
        case .portClosed: "port_closed"
        case .noSnapshot: "no_snapshot"
        case .unknownDestination: "unknown_destination"
        case .unboundDestination: "unbound_destination"
        case .noReceiver: "no_receiver"
        case .hairpin: "hairpin"
        case .multicastControl: "multicast_control"
        case .mtuExceeded: "mtu_exceeded"
        case .transmitQueueFull: "transmit_queue_full"
        case .transmitFailed: "transmit_failed"
        case .rateLimited: "rate_limited"
        case .noSession: "no_session"
        case .underlay: "underlay"
        case .authentication: "auth"
        case .replay: "replay"
        case .allowedIP: "allowed_ip"
        case .binding: "binding"
        case .groupMismatch: "group_mismatch"
        }
    }

    /// The reason with this ``name``; nil when there is none.
    public init?(name: String) {
        guard let reason = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = reason
    }
}

extension DropReason: CustomStringConvertible {
    /// The ``name``.
    public var description: String { name }
}
