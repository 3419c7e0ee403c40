extension IPv4Header {
    /// Whether the options are well-formed and none of them routes the packet (RFC 791 §3.1).
    ///
    /// Source routing would take a packet elsewhere than where the policy judged it to go; hosts
    /// drop it by default, and so does the switch (RFC 7126 §4.3, §4.4).
    var hasAcceptableOptions: Bool {
        var offset = Self.byteCountMin
        while offset < byteCount {
            let kind: UInt8 = bytes.bigEndian(at: offset)
            if kind == Option.end { return true }
            if kind == Option.noOperation {
                offset &+= 1
                continue
            }
            guard kind != Option.looseSourceRoute, kind != Option.strictSourceRoute,
                offset &+ 2 <= byteCount
            else { return false }
            let length = Int(bytes.bigEndian(at: offset &+ 1, as: UInt8.self))
            guard length >= 2, offset &+ length <= byteCount else { return false }
            offset &+= length
        }
        return true
    }

    /// Option types, copied flag and class included (IANA "IP Option Numbers").
    private enum Option {
        static let end: UInt8 = 0
        static let noOperation: UInt8 = 1
        static let looseSourceRoute: UInt8 = 131
        static let strictSourceRoute: UInt8 = 137
    }
}
