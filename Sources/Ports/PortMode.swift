/// How a port reaches its device.
public enum PortMode: String, Hashable, Sendable {
    /// The switch makes the device and owns its descriptor.
    case tap
    /// The device is someone else's; a packet socket reaches it.
    case netdev

    /// The mode for `device` when the user names none: what exists is someone else's.
    public static func suited(
        to device: String, in namespace: String? = nil
    ) throws(PortError) -> PortMode {
        let name = try DeviceName(device)
        let namespace = namespace.map(NetworkNamespace.init(name:))
        return try NetworkNamespace.inside(namespace, for: name) { () throws(PortError) in
            try NetworkDevice.findIfPresent(name) == nil ? .tap : .netdev
        }
    }
}
