import CNetlink

/// Has the kernel list something, and hands out what it lists entry by entry.
struct NetlinkDump {
    private let take: (NetlinkReply) -> Void

    /// Sends `message`, a dump request, and hands each entry of the answer to `take`. Returns 0 or
    /// an errno.
    static func run(
        _ message: borrowing NetlinkMessage, on socket: borrowing NetlinkSocket,
        _ take: (NetlinkReply) -> Void
    ) -> CInt {
        withoutActuallyEscaping(take) { take in
            var dump = NetlinkDump(take: take)
            return dump.run(message, on: socket)
        }
    }

    private mutating func run(
        _ message: borrowing NetlinkMessage, on socket: borrowing NetlinkSocket
    ) -> CInt {
        // SAFETY: the callback runs during nl_recvmsgs_default alone, inside of this closure.
        unsafe withUnsafeMutablePointer(to: &self) { dump in
            unsafe nl_socket_modify_cb(
                socket.pointer, NL_CB_VALID, NL_CB_CUSTOM,
                { reply, dump in
                    guard let reply = unsafe reply, let start = unsafe nlmsg_hdr(reply) else {
                        return CInt(NL_SKIP.rawValue)
                    }
                    let context = unsafe dump?.assumingMemoryBound(to: NetlinkDump.self)
                    unsafe context?.pointee.take(NetlinkReply(start))
                    return CInt(NL_OK.rawValue)
                }, dump)
            return unsafe socket.answer { pointer in
                let sent = unsafe nl_send_auto(pointer, message.pointer)
                return unsafe sent < 0 ? sent : nl_recvmsgs_default(pointer)
            }
        }
    }
}
