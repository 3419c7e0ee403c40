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
        var request = PortRequest(
            port.device, in: port.namespace, mode: port.mode.portMode, mtu: mtu)
        request.mac = port.mac
        request.isUplink = port.isUplink
        request.adoptsExisting = adopting
        do throws(PortError) {
            return try PortOpener.open(request).takeDevice()
        } catch {
            throw Problem(error)
        }
    }

    /// Removes a TAP device; gives the host its access to another device back.
    package func remove(_ port: StoredPort) throws(Problem) {
        let teardown = PortTeardown(
            device: port.device, namespace: port.namespace, mode: port.mode.portMode)
        do throws(PortError) {
            try teardown.undo()
        } catch {
            throw Problem(error)
        }
    }
}

extension StoredPort.Mode {
    fileprivate var portMode: Ports.PortMode {
        switch self {
        case .tap: .tap
        case .netdev: .netdev
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
