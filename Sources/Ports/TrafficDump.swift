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
        NetlinkDump.run(message, on: socket) { take($0) }
    }

    private mutating func take(_ reply: NetlinkReply) {
        guard let header = reply.header(tcmsg.self), header.tcm_ifindex == interfaceIndex,
            let kind = reply.text(TCA_KIND, after: tcmsg.self)
        else { return }
        entries.append(
            TrafficControl.Entry(
                kind: kind, handle: header.tcm_handle, parent: header.tcm_parent))
    }
}
