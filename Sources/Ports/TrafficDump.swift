import CNetlink

/// Collects what the kernel lists about one device's traffic control.
struct TrafficDump {
    /// The device; the kernel lists disciplines of all devices.
    let interfaceIndex: CInt
    /// What was listed.
    private(set) var entries: [TrafficControl.Entry] = []

    /// A dump about the device of this index.
    init(interfaceIndex: CInt) { self.interfaceIndex = interfaceIndex }

    /// Sends `message`, a dump request, and collects the answer: 0 or an errno.
    mutating func run(
        _ message: borrowing NetlinkMessage, on socket: borrowing NetlinkSocket
    ) -> CInt {
        // SAFETY: the callback runs during nl_recvmsgs_default alone, inside of this closure.
        unsafe withUnsafeMutablePointer(to: &self) { dump in
            unsafe nl_socket_modify_cb(
                socket.pointer, NL_CB_VALID, NL_CB_CUSTOM,
                { reply, dump in
                    guard let reply = unsafe reply else { return CInt(NL_SKIP.rawValue) }
                    unsafe dump?.assumingMemoryBound(to: TrafficDump.self).pointee.take(reply)
                    return CInt(NL_OK.rawValue)
                }, dump)
            return unsafe socket.answer { pointer in
                let sent = unsafe nl_send_auto(pointer, message.pointer)
                return unsafe sent < 0 ? sent : nl_recvmsgs_default(pointer)
            }
        }
    }

    private mutating func take(_ reply: OpaquePointer) {
        guard let start = unsafe nlmsg_hdr(reply),
            unsafe nlmsg_datalen(start) >= CInt(MemoryLayout<tcmsg>.size),
            let data = unsafe nlmsg_data(start)
        else { return }
        let header = unsafe data.loadUnaligned(as: tcmsg.self)
        guard header.tcm_ifindex == interfaceIndex else { return }
        let kind = unsafe nlmsg_find_attr(start, CInt(MemoryLayout<tcmsg>.size), CInt(TCA_KIND))
        guard let kind = unsafe kind, let text = unsafe nla_get_string(kind) else { return }
        entries.append(
            TrafficControl.Entry(
                kind: unsafe String(cString: text), handle: header.tcm_handle,
                parent: header.tcm_parent))
    }
}
