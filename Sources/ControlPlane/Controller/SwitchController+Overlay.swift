import ControlAPI
import DataPath
import Overlay
import Packet

// The overlay: started, reported, its MTUs explained.
extension SwitchController {
    /// This host's settings of the overlay; refuses when it has none.
    @discardableResult
    func overlaySettings() throws(Problem) -> OverlaySettings {
        if let settings = host.overlay { return settings }
        throw Problem(
            .conflict, "This host has no overlay.",
            hint: "Add 'overlay: {address: 10.98.0.1}' with its own address to vswitch.yaml, and"
                + " restart vswitchd.")
    }

    /// Loads this host's keys, and opens the overlay if there are any. What is in the way is noted,
    /// and tried again by ``heal()``.
    func startOverlay() {
        guard let settings = host.overlay, !overlay.isRunning else { return }
        do throws(Problem) {
            overlay.keys = try loadKeys()
            guard !overlay.keys.isEmpty else { throw Problem.noKey }
            let start = try overlayStart(settings)
            do throws(OverlayError) {
                try dataPath.openOverlay(start)
            } catch {
                throw Problem(.failed, "\(error).", field: "listen")
            }
            overlay.isRunning = true
            overlay.absence = nil
            try addHostPort(settings)
            logger.notice(
                "overlay is running",
                metadata: [
                    "listen": "\(settings.listen)", "cipher": "\(TransportCipher.summary)",
                ])
        } catch {
            guard overlay.absence != error else { return }
            overlay.absence = error
            logger.warning("overlay is not running", metadata: ["reason": "\(error.detail)"])
        }
    }

    /// Lets the host itself take part: its port is there as long as the overlay is.
    private func addHostPort(_ settings: OverlaySettings) throws(Problem) {
        // Where peers may have either family, IPv6 datagrams leave less.
        let mtu = settings.mtu(underlayIsIPv6: !settings.listen.address.isIPv4)?.wireGuard
        overlay.hostPort = HostEndpoint.port(of: host.name, at: settings.address)
        overlay.hostNetwork = StoredNetwork(
            name: HostEndpoint.network, vni: .hosts, mtu: mtu ?? OverlayMTU.guestMin)
        links[HostEndpoint.device] = PortLink(number: try freeNumber(), absence: .notOpenedYet)
    }

    /// Leads the way to the other hosts' overlay addresses through the host port.
    func renewRoutes() {
        guard let port = overlay.hostPort, links[port.device]?.isPresent == true else { return }
        let others = overlay.directory.others(than: host.name)
        do throws(Problem) {
            try devices.setRoutes(of: port, to: others.compactMap(\.address))
        } catch {
            logger.warning(
                "routes to other hosts are not set", metadata: ["reason": "\(error.detail)"])
        }
    }

    /// This host's keys, the newest first.
    func loadKeys() throws(Problem) -> [PrivateKey] {
        do throws(PrivateFileError) {
            return try HostKeys(in: host.stateDirectory).load()
        } catch {
            throw Problem(.failed, "\(error).")
        }
    }

    private func overlayStart(_ settings: OverlaySettings) throws(Problem) -> OverlayStart {
        let clock = HandshakeClockFile(in: host.stateDirectory)
        var start = OverlayStart(
            listen: settings.listen, address: settings.address,
            identities: overlay.identities(of: host.name)
        ) { [logger] reserve in
            do throws(PrivateFileError) {
                try clock.store(reserve)
                return true
            } catch {
                logger.error("a handshake waits", metadata: ["reason": "\(error)"])
                return false
            }
        }
        start.underlayMTU = settings.underlayMTU
        do throws(PrivateFileError) {
            start.lastTimestamp = try clock.load()
        } catch {
            throw Problem(.failed, "\(error).")
        }
        return start
    }

    /// The overlay as the data path is to have it; nil while it is not running.
    var overlayConfiguration: OverlayConfiguration? {
        guard overlay.isRunning else { return nil }
        return OverlayPlan(
            hosts: overlay.directory.others(than: host.name), overlay.numbers,
            overlay.preshared, networks: networksInForce
        ).configuration
    }

    /// How this host meets the others.
    package func overlayReport() async throws(Problem) -> OverlayReport {
        let settings = try overlaySettings()
        let others = overlay.directory.others(than: host.name)
        var report = OverlayReport(
            listen: "\(settings.listen)", address: "\(settings.address)",
            underlayMTU: settings.underlayMTU)
        report.running = overlay.isRunning
        report.hostPort = overlay.hostPort?.device
        report.reason = overlay.absence?.sentence
        report.publicKeys = overlay.identities(of: host.name).map(\.publicKey.base64)
        report.hosts = others.count
        report.established = dataPath.overlayReport().values.count { $0.state == .established }
        report.vms = others.vmCount
        report.counters = FrameCounters(await dataPath.counts().ports[.overlay] ?? .zero)
        return report
    }

    /// Every MTU on the way to one host, or to each.
    package func overlayMTU(host name: String?) throws(Problem) -> OverlayMTUList {
        let settings = try overlaySettings()
        var hosts = overlay.directory.others(than: host.name)
        if let name { hosts = [try otherHost(name)] }
        if hosts.isEmpty { hosts = [Directory.Host(name: host.name)] }
        return OverlayMTUList(
            hosts: try hosts.map { (host) throws(Problem) in try derivation(host, settings) })
    }

    private func derivation(
        _ host: Directory.Host, _ settings: OverlaySettings
    ) throws(Problem) -> OverlayMTUDerivation {
        let path = pathMTU(to: host, settings)
        guard let mtu = settings.mtu(to: host, path: path) else {
            throw Problem(.failed, "The way to '\(host.name)' carries only \(path) bytes.")
        }
        return OverlayMTUDerivation(
            host: host.name, path: path, guest: mtu.guest, lines: mtu.lines)
    }

    /// What the way to a host carries: the underlay's MTU, or less where probes found less.
    func pathMTU(to host: Directory.Host, _ settings: OverlaySettings) -> Int {
        guard let number = overlay.numbers[host.name],
            let frame = dataPath.overlayPaths()[number],
            let mtu = settings.mtu(to: host, path: settings.underlayMTU),
            frame < mtu.frameByteCountMax
        else { return settings.underlayMTU }
        return mtu.underlayNeeded(forGuest: mtu.guest - (mtu.frameByteCountMax - frame))
    }

    /// The other host of this name.
    func otherHost(_ name: String) throws(Problem) -> Directory.Host {
        if name == host.name {
            throw Problem(.invalidRequest, "'\(name)' is this host.", field: "host")
        }
        if let host = overlay.directory.host(name) { return host }
        throw Problem(
            .notFound, "The directory has no host '\(name)'.", field: "host",
            hint: "List the hosts with 'vswctl directory show'.")
    }
}

extension OverlaySettings {
    /// What is left for each layer on the way to `host`, of which `path` bytes are carried.
    func mtu(to host: Directory.Host, path: Int) -> OverlayMTU? {
        let remote = host.endpoint?.address ?? listen.address
        return OverlayMTU(
            underlay: path, underlayIsIPv6: !remote.isIPv4, innerIsIPv6: !address.isIPv4)
    }
}

extension Problem {
    /// The problem document for an overlay without a key.
    static let noKey = Problem(
        .conflict, "This host has no key yet.", hint: "Make one with 'vswctl overlay keygen'.")
}
