import CNetlink
import Glibc
import Packet

/// The IP addresses of a device, in the namespace of the thread (rtnetlink(7), RTM_NEWADDR).
package struct LinkAddresses {
    /// The device.
    package let link: Link

    /// An address with its prefix length, as the family counts it.
    package struct Entry: Hashable {
        /// The address.
        package var address: IPAddress
        /// The prefix length: 0 to 32, or 0 to 128.
        package var bitCount: Int

        /// An address in a prefix of this length.
        package init(address: IPAddress, bitCount: Int) {
            self.address = address
            self.bitCount = bitCount
        }
    }

    /// The addresses of `link`.
    package init(_ link: Link) { self.link = link }

    /// Sees to it that the device has these addresses, each with a prefix of its own length (/32,
    /// /128), and no others.
    package func set(_ addresses: [IPAddress]) throws(PortError) {
        let wanted = Set(addresses.map { Entry(address: $0, bitCount: $0.bitCount) })
        let present = Set(try list())
        for entry in wanted.subtracting(present) {
            try send(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, entry)
        }
        for entry in present.subtracting(wanted) { try send(RTM_DELADDR, 0, entry) }
    }

    /// What the device has.
    package func list() throws(PortError) -> [Entry] {
        let socket = try NetlinkSocket(for: .configure, link.name)
        guard var message = NetlinkMessage(RTM_GETADDR, flags: NLM_F_DUMP) else {
            throw PortError(.configure, link.name.text, errno: ENOMEM)
        }
        message.append(ifaddrmsg())
        var entries: [Entry] = []
        let errno = NetlinkDump.run(message, on: socket) { reply in
            if let entry = entry(reply) { entries.append(entry) }
        }
        guard errno == 0 else { throw PortError(.configure, link.name.text, errno: errno) }
        return entries
    }

    /// IFA_LOCAL is the device's own address where IFA_ADDRESS is that of the other end.
    private func entry(_ reply: NetlinkReply) -> Entry? {
        guard let header = reply.header(ifaddrmsg.self), Int(header.ifa_index) == link.index,
            let octets = reply.bytes(IFA_LOCAL, after: ifaddrmsg.self)
                ?? reply.bytes(IFA_ADDRESS, after: ifaddrmsg.self),
            let address = IPAddress(octets: octets)
        else { return nil }
        return Entry(address: address, bitCount: Int(header.ifa_prefixlen))
    }

    private func send(_ type: Int, _ flags: CInt, _ entry: Entry) throws(PortError) {
        let socket = try NetlinkSocket(for: .configure, link.name)
        guard var message = NetlinkMessage(type, flags: flags) else {
            throw PortError(.configure, link.name.text, errno: ENOMEM)
        }
        var header = ifaddrmsg()
        header.ifa_family = entry.address.family
        header.ifa_prefixlen = UInt8(clamping: entry.bitCount)
        header.ifa_index = UInt32(clamping: link.index)
        // Nobody else is on a TUN device whom an address could collide with (RFC 4862 §5.4).
        header.ifa_flags = UInt8(IFA_F_NODAD)
        message.append(header)
        message.put(IFA_LOCAL, bytes: entry.address.octets)
        // To delete, an address of the other end would have to be that of the entry.
        if type == RTM_NEWADDR { message.put(IFA_ADDRESS, bytes: entry.address.octets) }
        let errno = socket.request(message)
        guard errno == 0 else {
            let step = "address \(entry.address)"
            throw PortError(.configure, link.name.text, .system(step: step), errno: errno)
        }
    }
}
