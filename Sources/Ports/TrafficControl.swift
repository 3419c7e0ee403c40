import CNetlink
import Glibc

/// The traffic control of one device (tc(8)): the clsact discipline and the filters at its hooks.
///
/// Works in the namespace of the thread that made it.
package struct TrafficControl: ~Copyable {
    private let socket: NetlinkSocket
    private let device: DeviceName
    private let index: CInt

    /// What a dump lists: a queueing discipline or a filter.
    package struct Entry: Hashable {
        /// `clsact`, `bpf`, …
        package var kind: String
        /// Names the entry among those of its kind.
        package var handle: UInt32
        /// For a discipline, where it is attached.
        package var parent: UInt32
    }

    /// The traffic control of the device `index`.
    package init(_ device: DeviceName, index: Int) throws(PortError) {
        socket = try NetlinkSocket(for: .isolate, device)
        self.device = device
        self.index = CInt(clamping: index)
    }

    /// The kind of the discipline at the ingress side: `clsact`, `ingress`, or nil.
    package func ingressKind() throws(PortError) -> String? {
        try list(RTM_GETQDISC, parent: 0).first { $0.parent == Self.clsactParent }?.kind
    }

    /// The filters at `hook`.
    package func filters(at hook: TrafficFilter.Hook) throws(PortError) -> [Entry] {
        try list(RTM_GETTFILTER, parent: hook.rawValue).filter { $0.handle != 0 }
    }

    /// Adds the clsact discipline, which must not be there.
    package func addClsact() throws(PortError) {
        let flags = NLM_F_CREATE | NLM_F_EXCL
        try send(RTM_NEWQDISC, flags, clsactHeader) { $0.put(TCA_KIND, "clsact") }
    }

    /// Deletes the clsact discipline with all its filters.
    package func deleteClsact() throws(PortError) {
        try send(RTM_DELQDISC, 0, clsactHeader) { _ in }
    }

    /// Puts `filter` first at its hook, or replaces the one of this `handle`, in one step.
    package func set(_ filter: TrafficFilter, handle: UInt32) throws(PortError) {
        let header = filterHeader(filter.hook, handle)
        try send(RTM_NEWTFILTER, NLM_F_CREATE, header) { message in
            message.put(TCA_KIND, "bpf")
            message.nest(TCA_OPTIONS) { options in
                options.put(TCA_BPF_OPS_LEN, UInt16(clamping: filter.program.count))
                options.put(TCA_BPF_OPS, bytes: filter.bytes)
                options.put(TCA_BPF_FLAGS, UInt32(TCA_BPF_FLAG_ACT_DIRECT))
            }
        }
    }

    /// Deletes the filter of this `handle`.
    package func delete(_ handle: UInt32, at hook: TrafficFilter.Hook) throws(PortError) {
        try send(RTM_DELTFILTER, 0, filterHeader(hook, handle)) { $0.put(TCA_KIND, "bpf") }
    }
}

extension TrafficControl {
    /// TC_H_CLSACT: where the discipline is attached.
    private static let clsactParent: UInt32 = 0xffff_fff1
    /// Priority 1, before anyone else's filters, and ETH_P_ALL in network byte order.
    private static let filterInfo = UInt32(1) << 16 | UInt32(UInt16(ETH_P_ALL).bigEndian)

    private var clsactHeader: tcmsg {
        header(handle: 0xffff_0000, parent: Self.clsactParent, info: 0)
    }

    private func filterHeader(_ hook: TrafficFilter.Hook, _ handle: UInt32) -> tcmsg {
        header(handle: handle, parent: hook.rawValue, info: Self.filterInfo)
    }

    private func header(handle: UInt32, parent: UInt32, info: UInt32) -> tcmsg {
        var header = tcmsg()
        header.tcm_family = UInt8(AF_UNSPEC)
        header.tcm_ifindex = index
        header.tcm_handle = handle
        header.tcm_parent = parent
        header.tcm_info = info
        return header
    }

    private func send(
        _ type: Int, _ flags: CInt, _ header: tcmsg, _ fill: (inout NetlinkMessage) -> Void
    ) throws(PortError) {
        guard var message = NetlinkMessage(type, flags: flags) else {
            throw PortError(.isolate, device.text, errno: ENOMEM)
        }
        message.append(header)
        fill(&message)
        try check(socket.request(message))
    }

    private func list(_ type: Int, parent: UInt32) throws(PortError) -> [Entry] {
        guard var message = NetlinkMessage(type, flags: NLM_F_DUMP) else {
            throw PortError(.isolate, device.text, errno: ENOMEM)
        }
        message.append(header(handle: 0, parent: parent, info: 0))
        var dump = TrafficDump(interfaceIndex: index)
        try check(dump.run(message, on: socket))
        return dump.entries
    }

    private func check(_ errno: CInt) throws(PortError) {
        guard errno == 0 else { throw PortError(.isolate, device.text, errno: errno) }
    }
}
