import ControlAPI
import Packet
import Ports

/// The kernel's network devices.
package struct KernelDevices: DeviceSource {
    /// The devices of this machine.
    package init() {}

    /// Asks the kernel.
    package func facts(
        of device: String, in namespace: String?
    ) throws(Problem) -> DeviceFacts? {
        do throws(PortError) {
            let found = try NetworkDevice.inspect(device, in: namespace)
            return DeviceFacts(index: found.index, mtu: found.mtu, mac: found.mac)
        } catch {
            if error.reason == .unknownDevice { return nil }
            throw Problem(error)
        }
    }

    /// Opens a TAP device or a packet socket.
    package func open(
        _ port: StoredPort, mtu: Int, adopting: Bool
    ) throws(Problem) -> PortDevice {
        guard let mode = port.mode.portMode else { return try openHost(port, mtu: mtu) }
        var request = PortRequest(port.device, in: port.namespace, mode: mode, mtu: mtu)
        request.mac = port.mac
        request.isUplink = port.isUplink
        request.adoptsExisting = adopting
        do throws(PortError) {
            return try PortOpener.open(request).takeDevice()
        } catch {
            throw Problem(error)
        }
    }

    /// Opens the device by which the host itself takes part.
    private func openHost(_ port: StoredPort, mtu: Int) throws(Problem) -> PortDevice {
        do throws(PortError) {
            var device = try hostDevice(port)
            device.mtu = mtu
            return .host(try device.open())
        } catch {
            throw Problem(error)
        }
    }

    private func hostDevice(_ port: StoredPort) throws(PortError) -> HostDevice {
        var device = HostDevice(
            try DeviceName(port.device), HostFraming(own: port.mac ?? HostEndpoint.mac))
        device.addresses = port.addresses
        return device
    }

    /// Leads the way to these hosts through the host's device.
    package func setRoutes(
        of port: StoredPort, to addresses: [IPAddress]
    ) throws(Problem) {
        do throws(PortError) {
            var device = try hostDevice(port)
            device.routes = addresses.map { IPPrefix($0) }
            try device.updateRoutes()
        } catch {
            throw Problem(error)
        }
    }

    /// Removes a TAP device; gives the host its access to another device back.
    package func remove(_ port: StoredPort) throws(Problem) {
        do throws(PortError) {
            guard let mode = port.mode.portMode else { return try hostDevice(port).remove() }
            try PortTeardown(device: port.device, namespace: port.namespace, mode: mode).undo()
        } catch {
            throw Problem(error)
        }
    }
}

extension StoredPort.Mode {
    /// How a guest's or uplink's device is opened; nil for the host's own.
    fileprivate var portMode: Ports.PortMode? {
        switch self {
        case .tap: .tap
        case .netdev: .netdev
        case .host: nil
        }
    }
}

extension Problem {
    /// The problem document for a device that cannot be used as asked.
    package init(_ error: PortError) {
        let kind: Kind
        var field = "device"
        switch error.reason {
        case .invalidName: kind = .invalidRequest
        case .unknownDevice: kind = .notFound
        case .namespaceMissing:
            kind = .notFound
            field = "netns"
        case .deviceExists, .busy, .mtuMismatch, .notEthernet, .notTAP, .ingressTaken:
            kind = .conflict
        case .noPrivilege: kind = .notPermitted
        case .system: kind = .failed
        }
        self.init(kind, "\(error).", field: field, hint: error.hint)
    }
}
