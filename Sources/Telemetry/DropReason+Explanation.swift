extension DropReason {
    /// One sentence for people: what happened, and what to do about it.
    public var explanation: String { Self.explanations[self] ?? name }

    /// A table and not a `switch`, which would be too long a function; a test holds it complete.
    private static let explanations: [DropReason: String] =
        frameExplanations
        .merging(securityExplanations) { first, _ in first }
        .merging(policyExplanations) { first, _ in first }
        .merging(forwardingExplanations) { first, _ in first }
        .merging(overlayExplanations) { first, _ in first }

    private static let frameExplanations: [DropReason: String] = [
        .truncated: "The frame is shorter than its own headers say, or did not fit the receive"
            + " buffer; look at the sender's driver and offload settings.",
        .runt: "The frame is shorter than an Ethernet header; look at the sender's driver.",
        .oversized: "The frame is longer than 65,550 bytes, more than any Ethernet frame the switch"
            + " carries; look at the sender's offload settings.",
        .virtioHeader: "The virtio-net header contradicts the frame it describes; look at the"
            + " guest's network driver, or turn its offloads off.",
        .vlanTagged: "The guest sent a VLAN tag, which the switch does not carry; remove the VLAN"
            + " interface in the guest and attach a port for each network instead.",
        .etherType: "The frame is neither IPv4, IPv6 nor ARP; stop the protocol in the guest (often"
            + " LLDP or spanning tree), for no other is carried.",
        .sourceMAC: "The source MAC address is a group address or zero; correct the guest's"
            + " interface address.",
        .arp: "The ARP packet is malformed; look at what sends it.",
        .ipv4Header: "The IPv4 header is malformed, has a wrong checksum or asks for source"
            + " routing; look at what sends it.",
        .ipv6Header: "The IPv6 header or its extension headers are malformed, too long or name an"
            + " IPv4-mapped address; look at what sends it.",
        .transportHeader: "The TCP, UDP or SCTP header is malformed or has flags that never occur"
            + " together, as port scanners send; look at what sends it.",
        .icmp: "The ICMP message is malformed or does not quote the packet it answers; look at what"
            + " sends it.",
        .fragment: "The fragment is too small to be judged or must not be one; lower the sender's"
            + " packet size so that it need not fragment.",
    ]

    private static let securityExplanations: [DropReason: String] = [
        .spoofedMAC: "The source MAC address is not the one bound to the port; correct the guest,"
            + " or attach the port with this --mac.",
        .spoofedIP: "The source IP address is not bound to the port; correct the guest, or attach"
            + " the port with this --ip.",
        .spoofedARP: "The guest claimed by ARP an address that is not bound to its port; correct"
            + " the guest, or attach the port with this --ip.",
        .spoofedND: "The guest claimed by neighbour discovery an address that is not bound to its"
            + " port; correct the guest, or attach the port with this --ip.",
        .rogueDHCP: "The guest answered as DHCP server without being one; stop the server, or label"
            + " the VM vswitch/dhcp-server.",
        .rogueRouter: "The guest announced itself as router without being one; stop the"
            + " announcements, or label the VM vswitch/router.",
    ]

    private static let policyExplanations: [DropReason: String] = [
        .deniedByPolicy: "The policy denies the connection; `vswctl policy explain` names the"
            + " rule.",
        .rejectedByPolicy: "The policy rejects the connection and the sender was told so;"
            + " `vswctl policy explain` names the rule.",
        .policyRevoked: "The connection was allowed by an older policy and the one in force forbids"
            + " it; `vswctl policy explain` names the rule.",
        .policyLimit: "The rule that allows the connection has as many new ones in this second as"
            + " its limit says; look for a flood, or raise the limit.",
        .noConnection: "The packet belongs to no known connection and cannot start one; it is late,"
            + " forged, or its connection expired: let the sender connect anew.",
        .connectionState: "The packet does not fit the state of its connection; it is late,"
            + " repeated or forged, and the sender repeats it if it is needed.",
        .connectionLimit: "The port has as many connections as it may have; look for a scan or a"
            + " leak in the guest, or raise the limit.",
        .fragmentUnknown: "A later fragment came without its first, so no rule can judge it; lower"
            + " the sender's packet size so that it need not fragment.",
    ]

    private static let forwardingExplanations: [DropReason: String] = [
        .portClosed: "The port is closed because no policy governs it; apply a policy that selects"
            + " its VM.",
        .noSnapshot: "No policy has been applied yet, and without one nothing passes; apply one"
            + " with `vswctl policy apply`.",
        .unknownDestination: "No port of the network has the destination MAC address; attach the"
            + " port, or let the sender's neighbour entry expire.",
        .unboundDestination: "The destination IP address is not bound to the receiving port;"
            + " correct the sender's neighbour entry or route, or attach the port with this --ip.",
        .noReceiver: "A broadcast or multicast frame found no other open port in the network;"
            + " attach one, or ignore it.",
        .hairpin: "The frame would leave through the port it came from; correct the sender's routes"
            + " or neighbour entries.",
        .multicastControl: "The frame would steer the network itself (bridge protocols, IGMP, MLD),"
            + " which guests may not; it is harmless, or stop the protocol in the guest.",
        .mtuExceeded: "The packet is larger than the receiver's MTU; give both ends the network's"
            + " MTU.",
        .transmitQueueFull: "The receiver does not take frames as fast as they come; look for an"
            + " overloaded guest.",
        .transmitFailed: "The receiver's device refused the frame; see that its link is up and look"
            + " into the daemon's log.",
        .rateLimited: "The port sent more broadcast or multicast toward other hosts than it may;"
            + " look for a loop or a storm in the guest.",
    ]

    private static let overlayExplanations: [DropReason: String] = [
        .noSession: "There is no session with the receiver's host yet; see `vswctl overlay peers`,"
            + " and that UDP passes between the hosts.",
        .underlay: "The datagram is none that a peer sends: malformed, cut off, or of a session"
            + " that ended; harmless noise unless there is much of it.",
        .authentication: "The datagram is not authentic: damaged or forged on the wire; look at"
            + " the network between the hosts.",
        .replay: "The datagram came a second time or far too late; the network repeated it, or"
            + " somebody who recorded it.",
        .allowedIP: "The inner packet does not come from its peer's overlay address; correct"
            + " `address` in the directory, or look at that host.",
        .binding: "The directory does not place a VM with this MAC and IP address on the host that"
            + " sent the frame; correct the directory, or look at that host.",
        .groupMismatch: "The other host means another group by this VM; give the VM the same labels"
            + " there and in the directory.",
    ]
}
