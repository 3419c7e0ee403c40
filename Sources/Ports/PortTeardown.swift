/// What detaching must undo. Made again from the same three values it works after a crash, too:
/// whatever else must be known is kept on the device.
public struct PortTeardown: Hashable, Sendable {
    /// The device's name.
    public let device: String
    /// The namespace the device is in; nil for the daemon's own.
    public let namespace: String?
    /// How the port reached it.
    public let mode: PortMode

    /// What attaching `device` in this mode did.
    public init(device: String, namespace: String?, mode: PortMode) {
        self.device = device
        self.namespace = namespace
        self.mode = mode
    }

    /// Removes the TAP device, or gives the host its access to someone else's device back. The port
    /// must be closed. Does nothing when the device or its namespace is gone.
    public func undo() throws(PortError) {
        let name = try DeviceName(device)
        do {
            try undo(name, in: namespace.map(NetworkNamespace.init(name:)))
        } catch {
            if case .namespaceMissing = error.reason { return }
            throw error
        }
    }

    private func undo(
        _ name: DeviceName, in namespace: NetworkNamespace?
    ) throws(PortError) {
        switch mode {
        case .tap: try TAPDevice(name: name, namespace: namespace).remove()
        case .netdev:
            try NetworkNamespace.inside(namespace, for: name) { () throws(PortError) in
                guard let found = try NetworkDevice.findIfPresent(name) else { return }
                try HostIsolation(device: name, index: found.index).undo()
            }
        }
    }
}
