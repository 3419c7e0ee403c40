import Overlay
import Packet
import PolicyEngine

/// A VM on another host, as the worker sees it.
struct RemoteEntry: BitwiseCopyable {
    /// The host that may speak for it, and that takes its frames.
    let peer: PeerNumber
    /// Its group tag.
    let group: UInt16
    /// What it may send from.
    let binding: BindingView
}

/// Another host, as the worker sees it.
struct PeerEntry: BitwiseCopyable {
    /// The headers around frames to it; nil where no peer has this number.
    let encapsulation: Encapsulation?
    /// The address inside the encryption that its packets come from.
    let address: IPAddress
    /// The longest frame that the path to it carries, as far as the configuration knows.
    let frameByteCountMax: Int
    /// Whether frames to it carry the sender's group.
    let takesGroups: Bool

    /// The entry of `peer`, reached over an underlay that `start` describes.
    init(_ peer: OverlayPeer, _ start: OverlayStart) {
        let endpoint = peer.settings.endpoint?.address ?? start.listen.address
        let mtu = OverlayMTU(
            underlay: start.underlayMTU, underlayIsIPv6: !endpoint.isIPv4,
            innerIsIPv6: !peer.address.isIPv4)
        encapsulation = mtu == nil ? nil : Encapsulation(from: start.address, to: peer.address)
        address = peer.address
        frameByteCountMax = mtu?.frameByteCountMax ?? 0
        takesGroups = peer.takesGroups
    }

    /// What stands where no peer is.
    static var absent: PeerEntry { PeerEntry() }

    private init() {
        encapsulation = nil
        address = .unspecified
        frameByteCountMax = 0
        takesGroups = false
    }
}
