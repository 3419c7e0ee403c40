import Packet
import PolicyEngine
import Telemetry

/// Step 4: may this sender speak so?
extension Worker {
    /// Why the sender may not send this frame, or nil.
    ///
    /// A guest speaks with its bound addresses only. A physical network may speak with any address
    /// but those bound to guests of this network: nobody outside can pose as a VM.
    mutating func admissionFault(_ passage: Passage) -> DropReason? {
        if passage.source.isUplink { return uplinkFault(passage) }
        guard let binding = passage.source.binding else { return .portClosed }
        return PortSecurity.fault(passage.parsed, passage.frame.bytes, binding)
    }

    private mutating func uplinkFault(_ passage: Passage) -> DropReason? {
        let stations = passage.network.stations
        guard stations.port(of: passage.parsed.sourceMAC) == nil else { return .spoofedMAC }
        switch passage.parsed.kind {
        case .arp where passage.arpClaims(in: stations): return .spoofedARP
        case .neighborDiscovery where passage.discoveryClaims(in: stations): return .spoofedND
        case .arp: break
        default:
            let source = passage.parsed.fiveTuple.source
            if stations.port(of: source) != nil { return .spoofedIP }
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

    /// Whether the frame belongs to the lease of an address: from a client to all, or from a
    /// server.
    ///
    /// A client's unicast renewal is judged like other traffic, because it can go to any address; a
    /// client whose renewal fails asks all servers again (RFC 2131 §4.4.5).
    func isLease(_ passage: Passage) -> Bool {
        if passage.parsed.isDHCPFromServer {
            return passage.source.isUplink || passage.source.servesDHCP
        }
        return passage.parsed.isDHCPFromClient && passage.parsed.destinationMAC.isMulticast
    }

    /// Whether `address` is one of the addresses of `port`. Outside, every address but a guest's
    /// is.
    func isBound(_ address: IPAddress, to port: PortEntry, in passage: Passage) -> Bool {
        let owner = passage.network.stations.port(of: address)
        if port.isUplink { return owner == nil }
        return owner == port.number || (owner == nil && port.hasAnyAddress)
    }
}

extension Passage {
    /// Whether an ARP sender outside claims a guest's MAC or IP address.
    fileprivate func arpClaims(in stations: StationTable) -> Bool {
        let message = frame.bytes.extracting(droppingFirst: parsed.networkOffset)
        guard let arp = ARPPacket(message) else { return true }
        return stations.port(of: arp.senderHardware) != nil
            || stations.port(of: IPAddress(arp.senderProtocol)) != nil
    }

    /// Whether a neighbour outside claims a guest's MAC or IP address: in its link-layer options,
    /// or as the target that it advertises.
    fileprivate func discoveryClaims(in stations: StationTable) -> Bool {
        guard let message = neighborDiscovery else { return true }
        let own = message.sourceLinkLayer ?? .zero
        let target = message.targetLinkLayer ?? .zero
        if stations.port(of: own) != nil || stations.port(of: target) != nil { return true }
        guard message.kind == .neighborAdvertisement else { return false }
        return stations.port(of: message.target) != nil
    }
}
