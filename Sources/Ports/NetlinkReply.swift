import CNetlink

/// One entry of what the kernel lists (rtnetlink(7)). Valid while ``NetlinkDump`` hands it out.
// SAFETY: only NetlinkDump makes a reply, from a message that libnl received whole; attributes are
// found by libnl, which stays within the message.
@safe struct NetlinkReply {
    private let message: UnsafeMutablePointer<nlmsghdr>

    /// The reply that libnl received.
    init(_ message: UnsafeMutablePointer<nlmsghdr>) { unsafe self.message = message }

    /// The fixed header of the reply's type; nil when the reply is shorter.
    func header<Header: BitwiseCopyable>(_ type: Header.Type) -> Header? {
        guard unsafe nlmsg_datalen(message) >= CInt(MemoryLayout<Header>.size),
            let data = unsafe nlmsg_data(message)
        else { return nil }
        return unsafe data.loadUnaligned(as: Header.self)
    }

    /// The bytes of an attribute that follows a fixed header of type `Header`; nil when there is
    /// none.
    func bytes<Header>(_ attribute: Int, after _: Header.Type) -> [UInt8]? {
        let headerByteCount = CInt(MemoryLayout<Header>.size)
        guard let found = unsafe nlmsg_find_attr(message, headerByteCount, CInt(attribute)),
            let data = unsafe nla_data(found)
        else { return nil }
        let count = Int(unsafe nla_len(found))
        return unsafe [UInt8](UnsafeRawBufferPointer(start: data, count: count))
    }

    /// The text of an attribute, without its final zero.
    func text<Header>(_ attribute: Int, after header: Header.Type) -> String? {
        bytes(attribute, after: header).map {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// A 32-bit attribute.
    func number<Header>(_ attribute: Int, after header: Header.Type) -> UInt32? {
        guard let bytes = bytes(attribute, after: header), bytes.count == 4 else { return nil }
        return unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt32.self) }
    }
}
