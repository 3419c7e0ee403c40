/// The answer to an ARP request or a neighbour solicitation, given for a station that is elsewhere
/// and known already: so such questions need not cross the wire.
public enum NeighborReply {
    /// A station: whom an address belongs to.
    @frozen public struct Neighbor: Hashable, Sendable, BitwiseCopyable {
        /// The IP address asked for.
        public var address: IPAddress
        /// The MAC address to tell.
        public var mac: MACAddress
        /// Whether the station routes, which its advertisements must say: hosts stop using a router
        /// that says it is none (RFC 4861 §7.2.5).
        public var isRouter: Bool

        /// The station `mac` with the address `address`.
        @inlinable public init(_ address: IPAddress, at mac: MACAddress, isRouter: Bool = false) {
            self.address = address
            self.mac = mac
            self.isRouter = isRouter
        }
    }

    /// The size of the largest answer, in bytes: Ethernet, IPv6, advertisement, one option.
    public static var byteCountMax: Int { 14 + 40 + advertisementByteCount }
    /// The size of an advertisement with its option (RFC 4861 §4.4).
    private static var advertisementByteCount: Int { 24 + 8 }

    /// The address whose MAC address the frame `bytes`, which `parsed` was read from, asks for; nil
    /// when it is no such question.
    ///
    /// A probe for an address before its use is one (RFC 5227 §2.1.1, RFC 4862 §5.4): who has the
    /// address must object. An announcement is none, though it looks like a request.
    public static func target(of bytes: RawSpan, _ parsed: ParsedFrame) -> IPAddress? {
        if let arp = parsed.arp(in: bytes) {
            let isQuestion = arp.operation == ARPPacket.request && !arp.isAnnouncement
            return isQuestion ? IPAddress(arp.targetProtocol) : nil
        }
        guard let message = parsed.neighborDiscovery(in: bytes),
            message.kind == .neighborSolicitation, message.target != parsed.fiveTuple.source
        else { return nil }
        return message.target
    }

    /// Writes the answer of `neighbor` to the frame `bytes`, which `parsed` was read from, into
    /// `scratch`, whose ``Frame/byteCount`` says how much it can hold, and returns it.
    ///
    /// nil when the frame does not ask for that address, or comes from the neighbour itself; or
    /// when `scratch` is smaller than ``byteCountMax``.
    public static func make(
        to bytes: RawSpan, _ parsed: ParsedFrame, from neighbor: Neighbor, into scratch: Frame
    ) -> Frame? {
        guard target(of: bytes, parsed) == neighbor.address, parsed.sourceMAC != neighbor.mac,
            neighbor.mac.isUnicast, scratch.byteCount >= byteCountMax
        else { return nil }
        var reply = scratch
        reply.virtio = VirtioNetHeader()
        if let request = parsed.arp(in: bytes) {
            reply.byteCount = EthernetHeader.byteCount &+ ARPPacket.byteCount
            var written = reply.mutableBytes
            writeARP(to: request, parsed, from: neighbor, in: &written)
        } else {
            reply.byteCount = byteCountMax
            var written = reply.mutableBytes
            writeAdvertisement(to: parsed, from: neighbor, in: &written)
        }
        return reply
    }
}

extension NeighborReply {
    /// Writes the ARP reply (RFC 826 "Packet Reception").
    private static func writeARP(
        to request: borrowing ARPPacket, _ parsed: ParsedFrame, from neighbor: Neighbor,
        in bytes: inout MutableRawSpan
    ) {
        EthernetHeader.store(to: parsed.sourceMAC, from: neighbor.mac, .arp, in: &bytes)
        let message = parsed.networkOffset
        bytes.store(0x0001_0800_0604_0000 | UInt64(ARPPacket.reply), at: message)
        bytes.store(neighbor.mac, at: message &+ 8)
        bytes.store(neighbor.address, at: message &+ 14)
        bytes.store(request.senderHardware, at: message &+ 18)
        bytes.store(request.senderProtocol.rawValue, at: message &+ 24)
    }

    /// Writes the neighbour advertisement (RFC 4861 §4.4): solicited, unless the question came from
    /// no address, when all nodes are told (§7.2.4); and overriding, with the MAC address.
    private static func writeAdvertisement(
        to parsed: ParsedFrame, from neighbor: Neighbor, in bytes: inout MutableRawSpan
    ) {
        let isProbe = parsed.fiveTuple.source == .unspecified
        let fields = IPv6Header.Fields(
            source: neighbor.address, destination: isProbe ? .allNodes : parsed.fiveTuple.source,
            ipProtocol: .icmpv6, payloadByteCount: advertisementByteCount)
        EthernetHeader.store(
            to: isProbe ? .allNodes : parsed.sourceMAC, from: neighbor.mac, .ipv6, in: &bytes)
        let network = parsed.networkOffset
        IPv6Header.store(fields, hopLimit: 255, at: network, in: &bytes)
        let message = network &+ IPv6Header.byteCount
        let flags = Flags.override | (neighbor.isRouter ? Flags.router : 0)
        bytes.store(
            UInt32(NeighborDiscovery.Kind.neighborAdvertisement.rawValue) << 24, at: message)
        bytes.store(flags | (isProbe ? 0 : Flags.solicited), at: message &+ 4)
        bytes.store(neighbor.address, at: message &+ 8)
        bytes.store(0x0201 as UInt16, at: message &+ 24)  // target link-layer address, 8 bytes
        bytes.store(neighbor.mac, at: message &+ 26)
        let tuple = FiveTuple(from: (fields.source, 0), to: (fields.destination, 0), .icmpv6)
        ChecksumCompletion.store(tuple, at: message, in: &bytes)
    }

    /// The flags of an advertisement.
    private enum Flags {
        static let router: UInt32 = 0x8000_0000
        static let solicited: UInt32 = 0x4000_0000
        static let override: UInt32 = 0x2000_0000
    }
}

extension IPAddress {
    /// ff02::1, all nodes of a link (RFC 4291 §2.7.1).
    fileprivate static var allNodes: IPAddress { IPAddress(high: 0xff02 << 48, low: 1) }
}

extension MACAddress {
    /// The group address of ff02::1 (RFC 2464 §7).
    fileprivate static var allNodes: MACAddress { MACAddress(rawValue: 0x3333_0000_0001) }
}
