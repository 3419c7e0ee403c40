import Packet
import PolicyEngine
import Telemetry

/// Step 4: may this sender speak so?
extension Worker {
    /// Why the sender may not send this frame, or nil.
    ///
    /// A guest speaks with its bound addresses only, and another host only for the VMs that the
    /// directory places on it. A physical network may speak with any address but those bound to
    /// VMs of this network: nobody outside can pose as one.
    mutating func admissionFault(_ passage: Passage) -> DropReason? {
        switch passage.source.kind {
        case .uplink: return uplinkFault(passage)
        case .overlay: return overlayFault(passage)
        case .guest:
            guard let binding = passage.source.binding else { return .portClosed }
            return PortSecurity.fault(passage.parsed, passage.frame.bytes, binding)
        }
    }

    /// What the session proves is the host; what that host says of the sender is held against the
    /// directory, as a guest is held against its port's binding.
    private func overlayFault(_ passage: Passage) -> DropReason? {
        let sender = passage.network.stations.owner(of: passage.parsed.sourceMAC)
        guard case .remote(let index) = sender else { return .binding }
        let remote = tables.overlay.remote(index)
        guard remote.peer.rawValue == passage.sealing.peer,
            PortSecurity.fault(passage.parsed, passage.frame.bytes, remote.binding) == nil
        else { return .binding }
        guard let group = passage.sealing.group else { return nil }
        return group == remote.group ? nil : .groupMismatch
    }

    private mutating func uplinkFault(_ passage: Passage) -> DropReason? {
        let stations = passage.network.stations
        guard !stations.isBound(passage.parsed.sourceMAC) else { return .spoofedMAC }
        switch passage.parsed.kind {
        case .arp where passage.arpClaims(in: stations): return .spoofedARP
        case .neighborDiscovery where passage.discoveryClaims(in: stations): return .spoofedND
        case .arp: break
        default:
            if stations.isBound(passage.parsed.fiveTuple.source) { return .spoofedIP }
        }
        let change = learned.learn(
            passage.parsed.sourceMAC, passage.network.vni, behind: passage.source.number, now: now)
        if change == .moved { report(.moved, passage) }
        return nil
    }

    /// Whether the frame, or each segment of the super-frame, fits the network's MTU.
    func fits(_ passage: Passage) -> Bool {
        let virtio = passage.frame.virtio
        let byteCount =
            virtio.isSuperFrame
            ? passage.parsed.payloadOffset + Int(virtio.gsoSize) : passage.parsed.byteCount
        return byteCount <= passage.network.frameByteCountMax
    }

    /// Whether the frame belongs to the lease of an address: from a client to all, or from a VM to
    /// one that may serve leases, or from a server.
    ///
    /// A client's renewal to anybody else is judged like other traffic; a client whose renewal
    /// fails asks all servers again (RFC 2131 §4.4.5).
    func isLease(_ passage: Passage) -> Bool {
        if passage.parsed.isDHCPFromServer {
            // An overlay source was held against its own entitlement already.
            return !passage.source.hasRules || passage.source.servesDHCP
        }
        guard passage.parsed.isDHCPFromClient else { return false }
        if passage.parsed.destinationMAC.isMulticast { return true }
        return !passage.source.isUplink && servesDHCP(passage.destination, passage)
            && isBoundToReceiver(passage.parsed.fiveTuple.destination, passage)
    }

    private func servesDHCP(_ receiver: PortEntry, _ passage: Passage) -> Bool {
        receiver.isOverlay
            ? tables.overlay.remote(passage.remote).binding.mayServeDHCP : receiver.servesDHCP
    }

    /// Whether `address` is one of the addresses of the receiver, which is found already. Outside,
    /// every address but a VM's is.
    func isBoundToReceiver(_ address: IPAddress, _ passage: Passage) -> Bool {
        let owner = passage.network.stations.owner(of: address)
        switch passage.destination.kind {
        case .uplink: return owner == .nobody
        case .guest:
            return owner == .port(passage.destination.number)
                || (owner == .nobody && passage.destination.hasAnyAddress)
        case .overlay:
            let remote = tables.overlay.remote(passage.remote)
            return owner == .remote(passage.remote)
                || (owner == .nobody && remote.binding.anyAddress)
        }
    }
}

extension Passage {
    /// Whether an ARP sender outside claims a VM's MAC or IP address.
    fileprivate func arpClaims(in stations: StationTable) -> Bool {
        guard let arp = parsed.arp(in: frame.bytes) else { return true }
        return stations.isBound(arp.senderHardware)
            || stations.isBound(IPAddress(arp.senderProtocol))
    }

    /// Whether a neighbour outside claims a VM's MAC or IP address: in its link-layer options, or
    /// as the target that it advertises.
    fileprivate func discoveryClaims(in stations: StationTable) -> Bool {
        guard let message = parsed.neighborDiscovery(in: frame.bytes) else { return true }
        if stations.isBound(message.sourceLinkLayer ?? .zero) { return true }
        if stations.isBound(message.targetLinkLayer ?? .zero) { return true }
        return message.kind == .neighborAdvertisement && stations.isBound(message.target)
    }
}
