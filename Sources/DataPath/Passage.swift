import FlowTable
import Packet
import PolicyEngine
import Telemetry

/// One frame on its way through the switch, and what is known of it so far.
///
/// Plain words, made anew for each frame. The entries are copies out of the batch's snapshot, so
/// that a whole frame, and a whole batch, is judged under one generation.
struct Passage: BitwiseCopyable {
    /// Where the frame lies.
    var frame: Frame
    /// Its headers, checked.
    let parsed: ParsedFrame
    /// The port it arrived on.
    let source: PortEntry
    /// The network of that port.
    let network: NetworkEntry
    /// Which host sealed it, and whom that host means by its sender. Valid iff ``source`` is the
    /// overlay.
    let sealing: Sealing
    /// The port it goes to, as far as that is one port.
    var destination = PortEntry.absent
    /// The VM elsewhere that it goes to. Valid iff ``destination`` is the overlay.
    var remote = 0
    /// The rules that decided, at the sender's and the receiver's port.
    var decision = Decision.none
    /// The connection it belongs to.
    var connection = ConnectionReference.none

    /// The frame's entry into the pipeline: step 3, all headers are checked here and nowhere else.
    init(
        _ frame: Frame, from source: PortEntry, in network: NetworkEntry, _ sealing: Sealing = .none
    ) {
        self.frame = frame
        self.source = source
        self.network = network
        self.sealing = sealing
        parsed = ParsedFrame(frame.bytes, virtio: frame.virtio)
        self.frame.byteCount = parsed.fault == .none ? parsed.byteCount : frame.byteCount
    }

    /// What the rules are asked about it.
    var question: Question { Question(parsed.fiveTuple, parsed.service) }

    /// Whether a connection may begin with it: TCP with a SYN alone (nothing is picked up in
    /// mid-stream), ICMP with an echo request, everything else with any packet.
    var opensConnection: Bool {
        switch parsed.kind {
        case .tcp: parsed.tcpFlags.intersection([.syn, .ack, .rst, .fin]) == .syn
        case .icmpEcho: !parsed.isEchoReply
        default: true
        }
    }

    /// How many packets it stands for: a super-frame is several.
    var packetCount: Int {
        let segmentByteCount = Int(frame.virtio.gsoSize)
        guard frame.virtio.isSuperFrame, segmentByteCount > 0 else { return 1 }
        return (parsed.byteCount - parsed.payloadOffset + segmentByteCount - 1) / segmentByteCount
    }

    /// The virtio-net header under which the frame leaves: the guest's own words, as far as they
    /// were checked. Its claim that a checksum is valid is not passed on; the header's length is
    /// the parsed one.
    ///
    /// What fits one segment is no super-frame, whatever the guest says: Linux refuses it as one.
    var outgoingVirtio: VirtioNetHeader {
        var virtio = frame.virtio
        virtio.flags &= VirtioNetHeader.needsChecksum
        if parsed.byteCount - parsed.payloadOffset <= Int(virtio.gsoSize) {
            virtio.gsoType = VirtioNetHeader.gsoNone
        }
        if !virtio.isSuperFrame { virtio.gsoSize = 0 }
        virtio.headerByteCount =
            virtio.isSuperFrame ? UInt16(truncatingIfNeeded: parsed.payloadOffset) : 0
        return virtio
    }

    /// Whether a host asks for routers here.
    var isRouterSolicitation: Bool {
        guard let message = parsed.neighborDiscovery(in: frame.bytes) else {
            return false
        }
        return message.kind == .routerSolicitation
    }

    /// The connection key, with the network in it: equal addresses of two networks never meet.
    var key: FlowKey { FlowKey(parsed.fiveTuple, network.vni) }
}

/// Which host sealed a frame, and what it says of the sender.
struct Sealing: BitwiseCopyable {
    /// The host, proven by the session under which the frame was opened.
    var peer: UInt16
    /// The group that it gives the sender, if it gives one.
    var group: UInt16?

    /// Nobody sealed the frame: it came from a device.
    static var none: Sealing { Sealing(peer: .max, group: nil) }
}

/// What becomes of a frame.
enum Fate: BitwiseCopyable {
    /// It goes out at ``Passage/destination``.
    case transmit
    /// It goes to every port of the network that may have it.
    case replicate
    /// It goes to every uplink: its receiver is outside and has not been heard of.
    case replicateToUplinks
    /// It ends here, silently.
    case drop(DropReason)
    /// It ends here, and its sender is told.
    case reject(DropReason)
    /// It was a question about this VM elsewhere, and is answered.
    case answer(NeighborReply.Neighbor)
}
