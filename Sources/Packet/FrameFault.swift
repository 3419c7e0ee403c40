/// Why a frame cannot be understood, and so is dropped. The names are those of the drop reasons.
public enum FrameFault: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// The frame is sound.
    case none
    /// Shorter than an Ethernet header.
    case runt
    /// Longer than any Ethernet frame the switch carries (``Frame/byteCountMax``).
    case oversized
    /// The virtio-net header contradicts the frame, or asks for what the switch refuses.
    case virtioHeader
    /// An 802.1Q, 802.1ad or QinQ tag.
    case vlanTagged
    /// Neither IPv4, IPv6 nor ARP.
    case etherType
    /// The source MAC address is a group address or zero.
    case sourceMAC
    /// Not a well-formed ARP request or reply for IPv4 over Ethernet (RFC 826).
    case arp
    /// A malformed or forbidden IPv4 header (RFC 791).
    case ipv4Header
    /// A malformed or forbidden IPv6 header or extension header (RFC 8200).
    case ipv6Header
    /// A malformed TCP, UDP or SCTP header.
    case transportHeader
    /// A malformed ICMP, ICMPv6 or neighbour discovery message.
    case icmp
    /// A fragment that serves evasion: tiny, overlapping the header, overlong, or of a protocol
    /// that must not be fragmented.
    case fragment
}
