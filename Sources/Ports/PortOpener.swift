/// Opens ports: each is open with everything it needs, or nothing is left behind.
public enum PortOpener {
    /// Opens the port that `request` describes. For the control side: it blocks for milliseconds.
    public static func open(_ request: PortRequest) throws(PortError) -> OpenedPort {
        let name = try DeviceName(request.device)
        let namespace = request.namespace.map(NetworkNamespace.init(name:))
        let teardown = PortTeardown(
            device: request.device, namespace: request.namespace, mode: request.mode)
        switch request.mode {
        case .tap: return OpenedPort(.tap(try openTAP(request, name, namespace)), teardown)
        case .netdev:
            let port = try NetworkNamespace.inside(namespace, for: name) { () throws(PortError) in
                try openPacketSocket(request, name)
            }
            return OpenedPort(.packetSocket(port), teardown)
        }
    }

    private static func openTAP(
        _ request: PortRequest, _ name: DeviceName, _ namespace: NetworkNamespace?
    ) throws(PortError) -> TAPPort {
        let settings = LinkChange(mac: request.mac, mtu: request.mtu)
        let device = TAPDevice(name: name, namespace: namespace, settings: settings)
        return TAPPort(request.adoptsExisting ? try device.adopt() : try device.create())
    }

    /// The order is what keeps the host out: isolation, then the socket, then the link.
    private static func openPacketSocket(
        _ request: PortRequest, _ name: DeviceName
    ) throws(PortError) -> PacketSocketPort {
        let device = try NetworkDevice.find(name)
        try check(device, for: request)
        let isolation = HostIsolation(device: name, index: device.index)
        try isolation.establish()
        do {
            let port = try PacketSocket(device: name, index: device.index).open()
            try Link(name: name, index: device.index).apply(LinkChange(isUp: true))
            return port
        } catch {
            // The failure is what the caller must hear of; what cannot be undone stays closed. A
            // device of a running guest stays closed in any case, until it is detached.
            if !request.adoptsExisting { try? isolation.undo() }
            throw error
        }
    }

    /// An uplink may carry larger packets than the network's, any other device must agree.
    private static func check(
        _ device: NetworkDevice, for request: PortRequest
    ) throws(PortError) {
        guard device.isEthernet else {
            throw PortError(.openPacketSocket, device.name, .notEthernet)
        }
        let isSuited = request.isUplink ? device.mtu >= request.mtu : device.mtu == request.mtu
        guard isSuited else {
            let reason = PortError.Reason.mtuMismatch(device: device.mtu, network: request.mtu)
            throw PortError(.openPacketSocket, device.name, reason)
        }
    }
}
