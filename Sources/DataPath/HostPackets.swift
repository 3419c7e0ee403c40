import Overlay
import Packet
import Telemetry

/// Packets between the hosts themselves: sealed without Ethernet and VXLAN, so that plain WireGuard
/// hosts are reached, too. Inside the switch they are frames of the network ``VNI/hosts``.
extension Worker {
    /// Takes an inner packet that is for this host: a probe is answered or noted; the rest gets an
    /// Ethernet header and goes the way of every frame, to the host port under its rules.
    mutating func takeHostPacket(
        _ base: UnsafeMutableRawPointer, _ packet: DecapsulatedPacket, from peer: PeerNumber,
        _ joiner: inout FrameJoiner
    ) {
        var bytes = unsafe MutableRawSpan(_unsafeStart: base, byteCount: packet.byteCount)
        switch PathProbe(bytes.bytes) {
        case .request:
            PathProbe.turnIntoReply(&bytes)
            return sendInner(bytes.bytes, to: peer)
        case .reply:
            let padded = Encapsulation.paddedByteCount(packet.byteCount)
            return notify(.probeReturned(peer, padded))
        case nil: break
        }
        guard let index = tables.overlay.network(.hosts) else {
            return dropDatagram(packet.byteCount, .unknownDestination)
        }
        let network = tables.network(at: index)
        guard case .port(let number) = network.stations.owner(of: packet.destination),
            case .remote(let sender) = network.stations.owner(of: packet.source),
            let own = tables.port(number).binding
        else { return dropDatagram(packet.byteCount, .unknownDestination) }
        let frame = unsafe Frame(
            base: base - EthernetHeader.byteCount,
            byteCount: EthernetHeader.byteCount + packet.byteCount)
        frame.virtio = VirtioNetHeader()
        var header = frame.mutableBytes
        header.store(own.mac, at: 0)
        header.store(tables.overlay.remote(sender).binding.mac, at: 6)
        let etherType = packet.source.isIPv4 ? EtherType.ipv4 : .ipv6
        header.store(etherType.rawValue, at: 12)
        let sealing = Sealing(peer: peer.rawValue, group: nil)
        join(Passage(frame, from: .overlay, in: network, sealing), &joiner)
    }

    /// Seals an inner packet of the switch itself.
    mutating func sendInner(_ packet: RawSpan, to peer: PeerNumber) {
        guard let underlay = unsafe underlay else { return }
        let lane = unsafe underlay.pointee[peer]
        guard let session = unsafe lane.session(now: now), let endpoint = lane.endpoint else {
            return
        }
        unsafe underlay.pointee.send(packet, session, to: endpoint, now: now)
    }
}
