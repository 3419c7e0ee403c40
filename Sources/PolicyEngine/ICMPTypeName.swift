/// The names by which rules may call ICMP types (IANA "ICMP Parameters", "ICMPv6 Parameters").
enum ICMPTypeName {
    /// Types of ICMP for IPv4 (RFC 792, RFC 1256).
    static let icmp: [String: UInt8] = [
        "echo-reply": 0, "unreachable": 3, "redirect": 5, "echo": 8, "router-advertisement": 9,
        "router-solicitation": 10, "time-exceeded": 11, "parameter-problem": 12,
        "timestamp": 13, "timestamp-reply": 14,
    ]

    /// Types of ICMPv6 (RFC 4443). Neighbour discovery is port security's, not a rule's.
    static let icmpv6: [String: UInt8] = [
        "unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4,
        "echo": 128, "echo-reply": 129,
    ]
}
