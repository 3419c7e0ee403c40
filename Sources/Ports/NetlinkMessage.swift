import CNetlink

/// A request to the kernel's routing side (rtnetlink(7)), built piece by piece.
// SAFETY: libnl checks the room for every piece; a piece that does not fit marks the message
// incomplete, and an incomplete message is never sent.
@safe struct NetlinkMessage: ~Copyable {
    /// libnl's message.
    let pointer: OpaquePointer
    /// Whether every piece fitted.
    private(set) var isComplete = true

    /// An empty request; nil when there is no memory.
    init?(_ type: Int, flags: CInt = 0) {
        guard let pointer = unsafe nlmsg_alloc_simple(CInt(type), flags) else { return nil }
        unsafe self.pointer = pointer
    }

    deinit { unsafe nlmsg_free(pointer) }

    /// Appends the fixed header of the request's type.
    mutating func append<Header>(_ header: Header) {
        let result = unsafe withUnsafeBytes(of: header) {
            unsafe nlmsg_append(
                pointer, UnsafeMutableRawPointer(mutating: $0.baseAddress), $0.count,
                CInt(NLMSG_ALIGNTO))
        }
        note(result)
    }

    /// Appends a string attribute with its final zero.
    mutating func put(_ attribute: Int, _ text: String) {
        note(unsafe nla_put_string(pointer, CInt(attribute), text))
    }

    /// Appends a 32-bit attribute.
    mutating func put(_ attribute: Int, _ value: UInt32) {
        note(unsafe nla_put_u32(pointer, CInt(attribute), value))
    }

    /// Appends a 16-bit attribute.
    mutating func put(_ attribute: Int, _ value: UInt16) {
        note(unsafe nla_put_u16(pointer, CInt(attribute), value))
    }

    /// Appends an attribute of bytes.
    mutating func put(_ attribute: Int, bytes: [UInt8]) {
        note(unsafe nla_put(pointer, CInt(attribute), CInt(bytes.count), bytes))
    }

    /// Appends an attribute that holds what `body` appends.
    mutating func nest(_ attribute: Int, _ body: (inout NetlinkMessage) -> Void) {
        guard let start = unsafe nla_nest_start(pointer, CInt(attribute)) else {
            isComplete = false
            return
        }
        body(&self)
        unsafe nla_nest_end(pointer, start)
    }

    private mutating func note(_ result: CInt) {
        if result < 0 { isComplete = false }
    }
}
