/// Why a frame was dropped. Every frame that is not transmitted is counted under exactly one
/// reason.
///
/// The raw value indexes counter blocks and may change between versions; ``name`` is what users
/// read and what the API sends, and stays.
public enum DropReason: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    // Step 1 and 3: the frame itself.

    /// The frame is longer than the receive buffer, or shorter than its own headers say.
    case truncated
    /// The frame is shorter than an Ethernet header (IEEE 802.3 §3.1.1).
    case runt
    /// The frame is longer than any Ethernet frame the switch carries.
    case oversized
    /// The virtio-net header contradicts the frame (virtio 1.2 §5.1.6).
    case virtioHeader
    /// The frame carries an 802.1Q or 802.1ad tag; guests' frames are untagged.
    case vlanTagged
    /// The EtherType is none of IPv4, IPv6 and ARP.
    case etherType
    /// The source MAC address is a group address or zero.
    case sourceMAC
    /// The ARP packet is malformed (RFC 826).
    case arp
    /// The IPv4 header is malformed, or asks for source routing (RFC 791 §3.1).
    case ipv4Header
    /// The IPv6 header or its extension headers are malformed (RFC 8200 §3, §4).
    case ipv6Header
    /// The TCP, UDP or SCTP header is malformed, or its flags never occur together.
    case transportHeader
    /// The ICMP or ICMPv6 message is malformed (RFC 792, RFC 4443).
    case icmp
    /// The fragment is too small, overlaps a header, or may not be one (RFC 1858, RFC 7112).
    case fragment

    // Step 4: port security.

    /// The source MAC address is not the one bound to the port.
    case spoofedMAC
    /// The source IP address is not bound to the port.
    case spoofedIP
    /// The sender fields of an ARP packet are not those bound to the port.
    case spoofedARP
    /// The address a neighbour discovery message speaks for is not bound to the port (RFC 4861).
    case spoofedND
    /// A VM without the label `vswitch/dhcp-server` answered as DHCP server.
    case rogueDHCP
    /// A VM without the label `vswitch/router` announced itself as router.
    case rogueRouter

    // Step 5 to 8: connection and policy.

    /// A deny rule matched, or no rule did.
    case deniedByPolicy
    /// A reject rule matched; the sender was answered.
    case rejectedByPolicy
    /// The connection was established under an older policy, and the one in force forbids it.
    case policyRevoked
    /// The rule that allows the connection allows only so many new ones a second.
    case policyLimit
    /// The packet belongs to no connection and cannot start one.
    case noConnection
    /// The packet does not fit the state of its connection.
    case connectionState
    /// The port has as many connections as it may have.
    case connectionLimit
    /// A later fragment came without its first.
    case fragmentUnknown

    // Step 9: forwarding.

    /// The port the frame came from or goes to is not open.
    case portClosed
    /// No policy has been published yet.
    case noSnapshot
    /// No port of the network has the destination MAC address.
    case unknownDestination
    /// The destination IP address is not bound to the port that the MAC address leads to.
    case unboundDestination
    /// A broadcast or multicast frame found no port to go to.
    case noReceiver
    /// The frame would leave through the port that it came from.
    case hairpin
    /// The frame steers the network itself (01:80:c2:00:00:0x, IEEE 802.1Q §8.6.3; IGMP; MLD).
    case multicastControl

    // Step 12: output.

    /// The packet is larger than the receiver's MTU.
    case mtuExceeded
    /// The receiver does not take frames as fast as they come.
    case transmitQueueFull
    /// The receiver's device refused the frame.
    case transmitFailed
    /// A group frame above the port's rate toward other hosts.
    case rateLimited

    // Step 11: the overlay. What comes sealed is one received frame, whatever is in it.

    /// There was no session with the receiver's host, and no room to wait for one.
    case noSession
    /// The datagram is none that a peer sends: malformed, truncated, or of no session.
    case underlay
    /// The datagram is not authentic under the session it names.
    case authentication
    /// The datagram was received before, or is too old to tell.
    case replay
    /// The inner packet does not come from the overlay address of the peer that sealed it.
    case allowedIP
    /// The directory does not place the sender, with this MAC and IP address, on the host that
    /// speaks for it.
    case binding
    /// The sending host means another group by the sender than the directory does.
    case groupMismatch
}
