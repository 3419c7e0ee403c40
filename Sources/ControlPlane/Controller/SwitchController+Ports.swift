import ControlAPI
import DataPath
import Packet
import Ports
import Telemetry

// What is told about ports and their counters.
extension SwitchController {
    /// Every port, by number.
    package func ports() async -> PortList {
        let counts = await dataPath.counts()
        let ports = numberedPorts.sorted { $0.1.rawValue < $1.1.rawValue }
        return PortList(ports: ports.map { port, number in report(port, counts.ports[number]) })
    }

    /// The port on `device`.
    package func port(on device: String) async throws(Problem) -> ControlAPI.Port {
        await report(try attachedPort(device).0)
    }

    /// What stands in place of a device for the way to the other hosts.
    static let overlayName = "overlay"

    /// The counters of every port, and their sum since the start; the overlay counts as a port.
    package func counters() async -> CounterReport {
        let counts = await dataPath.counts()
        let ports = numberedPorts.sorted { $0.1.rawValue < $1.1.rawValue }
        let total = counts.total
        var reports = ports.map { port, number in
            ControlAPI.PortCounters(
                device: port.device, counters: FrameCounters(counts.ports[number] ?? .zero))
        }
        if overlay.isRunning {
            let counters = FrameCounters(counts.ports[.overlay] ?? .zero)
            reports.append(ControlAPI.PortCounters(device: Self.overlayName, counters: counters))
        }
        return CounterReport(
            ports: reports, total: FrameCounters(total), balanced: counts.isBalanced)
    }

    /// The counters of the port on `device`.
    package func counters(of device: String) async throws(Problem) -> ControlAPI.PortCounters {
        let (_, link) = try attachedPort(device)
        let counts = await dataPath.counts()
        return ControlAPI.PortCounters(
            device: device, counters: FrameCounters(counts.ports[link.number] ?? .zero))
    }

    func report(_ port: StoredPort) async -> ControlAPI.Port {
        let counts = await dataPath.counts()
        let number = links[port.device]?.number
        return report(port, number.flatMap { counts.ports[$0] })
    }

    private func report(_ port: StoredPort, _ counts: PortCounts?) -> ControlAPI.Port {
        let link = links[port.device]
        let standing = standing(of: port, link)
        var report = ControlAPI.Port(
            number: link.map { Int($0.number.rawValue) } ?? 0, attached: AttachRequest(port))
        report.mtu = network(port.network).mtu
        report.generation = UInt64(port.generation)
        report.state = standing.state
        report.stateReason = standing.reason
        report.governedBy = link.map { policy.policies(governing: $0.number) } ?? []
        report.counters = FrameCounters(counts ?? .zero)
        return report
    }

    private func standing(
        of port: StoredPort, _ link: PortLink?
    ) -> (state: PortState, reason: String?) {
        guard let link, link.isPresent else {
            let absence = link?.absence
            return (
                .missing,
                [absence?.detail, absence?.hint].compactMap(\.self).joined(separator: " ")
            )
        }
        if isOpen(port, link) { return (.open, nil) }
        let reason =
            policyFault.map { "The stored policy cannot be compiled: \($0.detail)" }
            ?? (policy.sources.isEmpty
                ? "No policy is applied: apply one with 'vswctl policy apply'."
                : "No policy selects this VM: label it, or widen the 'for' of a policy.")
        return (.closed, reason)
    }
}

extension AttachRequest {
    /// The request that would attach `port` again as it is.
    fileprivate init(_ port: StoredPort) {
        self.init(
            device: port.device, vm: port.vm, network: port.network,
            ip: port.anyAddress ? ["any"] : port.addresses.map(\.description))
        mode = PortMode(port.mode)
        netns = port.namespace
        mac = port.mac?.description
        labels = port.labels
        uplink = port.isUplink
    }
}

extension ControlAPI.PortMode {
    fileprivate init(_ mode: StoredPort.Mode) {
        switch mode {
        case .tap: self = .tap
        case .netdev: self = .netdev
        case .host: self = .host
        }
    }
}

extension FrameCounters {
    /// The counters as they are reported; drops by name.
    init(_ counts: PortCounts) {
        self.init()
        receivedFrames = counts.receivedFrames
        receivedBytes = counts.receivedBytes
        transmittedFrames = counts.transmittedFrames
        transmittedBytes = counts.transmittedBytes
        replicatedFrames = counts.replicatedFrames
        transmittedCopies = counts.transmittedCopies
        transmittedCopyBytes = counts.transmittedCopyBytes
        transmittedReplies = counts.transmittedReplies
        answeredFrames = counts.answeredFrames
        lostSegments = counts.lostSegments
        for (reason, count) in counts.dropped.nonZero { dropped[reason.name] = count }
    }
}
