import Packet
import Telemetry

/// How the host, which a TUN device connects at layer 3, looks like a station of an Ethernet: the
/// IP packets that it sends get an Ethernet header, and lose it on the way back.
package struct HostFraming: Hashable, Sendable, BitwiseCopyable {
    /// The host's address: source of what it sends, destination of what it takes.
    package let own: MACAddress
    /// The address of whoever the host talks to: the switch.
    package let peer: MACAddress

    /// What the host's packets are addressed to, locally administered (IEEE 802 §8.4).
    package static let switchMAC = MACAddress(rawValue: 0x0200_0000_0001)

    /// The framing of a host with the address `own`.
    package init(own: MACAddress, peer: MACAddress = Self.switchMAC) {
        self.own = own
        self.peer = peer
    }

    /// Makes an Ethernet frame of the IP packet that was received into `frame`,
    /// ``EthernetHeader/byteCount`` bytes behind its start, with its virtio-net header directly
    /// before it. `frame` must have room for one byte of packet. Returns what is wrong with the
    /// frame, nil when nothing is.
    package func present(_ frame: Frame) -> DropReason? {
        let start = unsafe frame.base + EthernetHeader.byteCount
        // Read first: the Ethernet header comes to lie over it.
        let virtio = unsafe start.loadUnaligned(
            fromByteOffset: -VirtioNetHeader.byteCount, as: VirtioNetHeader.self)
        let etherType = Self.etherType(of: unsafe start.load(as: UInt8.self))
        storeHeader(etherType ?? EtherType(rawValue: 0), in: frame)
        let framed = virtio.addingHeader(byteCount: EthernetHeader.byteCount)
        frame.virtio = framed ?? VirtioNetHeader()
        if framed == nil { return .virtioHeader }
        return etherType == nil ? .etherType : nil
    }

    /// The virtio-net header of the IP packet in `frame`; nil when the host does not take the
    /// frame: it is for another station, no IP packet, or its virtio-net header is none of one.
    package func packetHeader(of frame: Frame) -> VirtioNetHeader? {
        guard frame.byteCount > EthernetHeader.byteCount, let header = EthernetHeader(frame.bytes),
            header.destination == own
        else { return nil }
        let first = unsafe frame.base.load(
            fromByteOffset: EthernetHeader.byteCount, as: UInt8.self)
        guard Self.etherType(of: first) == header.etherType else { return nil }
        return frame.virtio.removingHeader(byteCount: EthernetHeader.byteCount)
    }

    private func storeHeader(_ etherType: EtherType, in frame: Frame) {
        var bytes = frame.mutableBytes
        bytes.store(peer, at: 0)
        bytes.store(own, at: 6)
        bytes.store(etherType.rawValue, at: 12)
    }

    /// The type of a packet whose first byte is `first`, by its version.
    private static func etherType(of first: UInt8) -> EtherType? {
        switch first >> 4 {
        case 4: .ipv4
        case 6: .ipv6
        default: nil
        }
    }
}
