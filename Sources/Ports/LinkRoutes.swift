import CNetlink
import Glibc
import Packet

/// The routes that the switch set through a device, in the namespace of the thread (rtnetlink(7),
/// RTM_NEWROUTE). Routes of others are neither seen nor changed.
package struct LinkRoutes {
    /// The device, which must be up.
    package let link: Link

    /// One route: where to, and the source address that the host uses.
    package struct Entry: Hashable {
        /// Where the packets go.
        package var prefix: IPPrefix
        /// The host's address for them; nil for the kernel's choice.
        package var source: IPAddress?

        /// A route to `prefix` from `source`.
        package init(prefix: IPPrefix, source: IPAddress?) {
            self.prefix = prefix
            self.source = source
        }
    }

    /// Tells our routes from those of others, as /etc/iproute2/rt_protos has it: "v".
    package static let origin: UInt8 = 0x76

    private static let device = Int(RTA_OIF.rawValue)
    private static let destination = Int(RTA_DST.rawValue)
    private static let source = Int(RTA_PREFSRC.rawValue)

    /// The routes through `link`.
    package init(_ link: Link) { self.link = link }

    /// Sees to it that these prefixes are routed through the device, each from the first of
    /// `sources` that is of its family, and no others of ours. A route of someone else's to the
    /// same prefix is an error, and stays.
    package func set(_ prefixes: [IPPrefix], from sources: [IPAddress]) throws(PortError) {
        let wanted = Set(
            prefixes.map { prefix in
                let source = sources.first { $0.isIPv4 == prefix.address.isIPv4 }
                return Entry(prefix: prefix, source: source)
            })
        let present = Set(try list())
        for entry in present.subtracting(wanted) { try send(RTM_DELROUTE, 0, entry) }
        for entry in wanted.subtracting(present) {
            try send(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, entry)
        }
    }

    /// Our routes through the device.
    package func list() throws(PortError) -> [Entry] {
        let socket = try NetlinkSocket(for: .configure, link.name)
        guard var message = NetlinkMessage(RTM_GETROUTE, flags: NLM_F_DUMP) else {
            throw PortError(.configure, link.name.text, errno: ENOMEM)
        }
        message.append(rtmsg())
        var entries: [Entry] = []
        let errno = NetlinkDump.run(message, on: socket) { reply in
            if let entry = entry(reply) { entries.append(entry) }
        }
        guard errno == 0 else { throw PortError(.configure, link.name.text, errno: errno) }
        return entries
    }

    private func entry(_ reply: NetlinkReply) -> Entry? {
        guard let header = reply.header(rtmsg.self), header.rtm_protocol == Self.origin,
            reply.number(Self.device, after: rtmsg.self) == UInt32(clamping: link.index)
        else { return nil }
        let isIPv4 = header.rtm_family == UInt8(AF_INET)
        let octets = reply.bytes(Self.destination, after: rtmsg.self)
        let address = octets.flatMap(IPAddress.init(octets:))
        let any: IPAddress = isIPv4 ? .unspecifiedIPv4 : .unspecified
        let bitCount = Int(header.rtm_dst_len) + (isIPv4 ? 96 : 0)
        guard let prefix = IPPrefix(address ?? any, bitCount: bitCount) else { return nil }
        let source = reply.bytes(Self.source, after: rtmsg.self)
        return Entry(prefix: prefix, source: source.flatMap(IPAddress.init(octets:)))
    }

    private func send(_ type: Int, _ flags: CInt, _ entry: Entry) throws(PortError) {
        let socket = try NetlinkSocket(for: .configure, link.name)
        guard var message = NetlinkMessage(type, flags: flags) else {
            throw PortError(.configure, link.name.text, errno: ENOMEM)
        }
        let address = entry.prefix.address
        var header = rtmsg()
        header.rtm_family = address.family
        header.rtm_dst_len = entry.prefix.bitCount - (address.isIPv4 ? 96 : 0)
        header.rtm_table = UInt8(RT_TABLE_MAIN.rawValue)
        header.rtm_protocol = Self.origin
        header.rtm_scope = UInt8((address.isIPv4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE).rawValue)
        header.rtm_type = UInt8(RTN_UNICAST)
        message.append(header)
        message.put(Self.destination, bytes: address.octets)
        message.put(Self.device, UInt32(clamping: link.index))
        if let source = entry.source { message.put(Self.source, bytes: source.octets) }
        let errno = socket.request(message)
        guard errno == 0 else {
            let step = "route \(entry.prefix)"
            throw PortError(.configure, link.name.text, .system(step: step), errno: errno)
        }
    }
}
