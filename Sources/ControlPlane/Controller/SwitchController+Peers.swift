import ControlAPI
import DataPath
import Overlay
import Packet
import Telemetry

// The other hosts: how they stand, and what they need.
extension SwitchController {
    /// How every other host stands.
    package func overlayPeers() async throws(Problem) -> OverlayPeerList {
        let settings = try overlaySettings()
        let reports = dataPath.overlayReport()
        let peers = overlay.directory.others(than: host.name).map { host in
            let report = overlay.numbers[host.name].flatMap { reports[$0] }
            var peer = ControlAPI.OverlayPeer(host, report)
            peer.pathMTU = pathMTU(to: host, settings)
            return peer
        }
        let counts = await dataPath.counts().ports[.overlay] ?? .zero
        return OverlayPeerList(peers: peers, dropped: FrameCounters(counts).dropped)
    }

    /// Begins a handshake with one host, or with every one.
    package func rekey(_ request: RekeyRequest) throws(Problem) -> RekeyReply {
        _ = try overlaySettings()
        if let absence = overlay.absence { throw absence }
        guard let name = request.host else {
            dataPath.rekey(nil)
            return RekeyReply(hosts: overlay.directory.others(than: host.name).map(\.name))
        }
        let host = try otherHost(name)
        if let number = overlay.numbers[host.name] { dataPath.rekey(number) }
        return RekeyReply(hosts: [name])
    }

    /// Rules that keep the hosts' services off these devices.
    package func protectHost(_ devices: [String]) throws(Problem) -> OverlayProtection {
        _ = try overlaySettings()
        for device in devices where !NameSyntax.isDevice(device) {
            throw Problem(
                .invalidRequest, "'\(device)' is not the name of a network device.",
                field: "device", hint: "List the devices with 'ip link'.")
        }
        let protection = HostProtection(devices: devices, hostPort: OverlaySettings.hostPort)
        return OverlayProtection(devices: devices, rules: protection.text)
    }

    /// What the plain Linux host of this name runs to join.
    package func exportWireGuard(_ name: String) throws(Problem) -> OverlayExport {
        let settings = try overlaySettings()
        let target = try otherHost(name)
        guard let mtu = settings.mtu(to: target, path: pathMTU(to: target, settings)) else {
            throw Problem(.failed, "The way to '\(name)' carries no frame.")
        }
        guard let own = ownPeer(for: target, settings) else { throw Problem.noKey }
        var export = WireGuardExport(for: target, by: host.name, mtu)
        let others = overlay.directory.others(than: host.name).filter { $0.name != name }
        export.peers = [own] + others.compactMap { WireGuardExport.Peer($0) }
        let networks = state.networks.filter { network in
            target.vms.contains { $0.network == network.name }
        }
        export.networks = networks.map { self.export(of: $0, others, settings.address) }
        return OverlayExport(host: name, script: export.text)
    }

    /// This host as `target` must know it: where the directory says, or else where the kernel would
    /// send from.
    private func ownPeer(
        for target: Directory.Host, _ settings: OverlaySettings
    ) -> WireGuardExport.Peer? {
        guard let key = overlay.identities(of: host.name).first?.publicKey else { return nil }
        var peer = WireGuardExport.Peer(
            name: host.name, publicKey: key, address: settings.address)
        let isWildcard = !settings.listen.address.isHost
        let found = target.endpoint.flatMap { LocalAddress.toward($0) }
        peer.endpoint =
            overlay.directory.host(host.name)?.endpoint
            ?? (isWildcard
                ? found.map { UnderlayAddress($0, port: settings.listen.port) } : settings.listen)
        return peer
    }

    private func export(
        of network: StoredNetwork, _ others: [Directory.Host], _ own: IPAddress
    ) -> WireGuardExport.Network {
        var export = WireGuardExport.Network(name: network.name, vni: network.vni)
        export.members = [own]
        let ports = attachedPorts.filter { $0.network == network.name }
        export.stations = ports.compactMap(\.mac).map { ($0, own) }
        for host in others {
            let vms = host.vms.filter { $0.network == network.name }
            guard let address = host.address, !vms.isEmpty else { continue }
            export.members.append(address)
            export.stations += vms.map { ($0.mac, address) }
        }
        return export
    }
}

extension WireGuardExport.Peer {
    /// Another host of the directory.
    fileprivate init?(_ host: Directory.Host) {
        guard let key = host.publicKeys.first, let address = host.address else { return nil }
        self.init(name: host.name, publicKey: key, address: address)
        endpoint = host.endpoint
    }
}

extension ControlAPI.OverlayPeer {
    /// A host of the directory, and what the handshakes know of it.
    fileprivate init(_ host: Directory.Host, _ report: PeerReport?) {
        self.init(
            host: host.name, kind: host.kind.rawValue, address: host.address?.description ?? "",
            publicKey: host.publicKeys.first?.base64 ?? "")
        vms = host.vms.count
        endpoint = (report?.endpoint ?? host.endpoint)?.description
        guard let report else { return }
        state = report.state.rawValue
        role = report.role.map { "\($0)" }
        handshakeSeconds = report.lastHandshake.map { Int($0 / 1_000_000_000) }
        receivedSeconds = report.lastReceived.map { Int($0 / 1_000_000_000) }
        sessions = report.sessionCount
        traffic = OverlayTraffic(report.traffic)
        handshakes = HandshakeTally(report.handshakes)
    }
}

extension OverlayTraffic {
    fileprivate init(_ traffic: PeerReport.Traffic) {
        self.init()
        sentPackets = traffic.sentPackets
        sentBytes = traffic.sentBytes
        receivedPackets = traffic.receivedPackets
        receivedBytes = traffic.receivedBytes
    }
}

extension HandshakeTally {
    fileprivate init(_ counts: HandshakeCounts) {
        self.init()
        initiationsSent = counts.initiationsSent
        completed = counts.completed
        gaveUp = counts.gaveUp
        responsesRefused = counts.responsesRefused
        answered = counts.answered
        confirmed = counts.confirmed
        replayed = counts.replayed
        limited = counts.limited
        cookiesReceived = counts.cookiesReceived
    }
}
