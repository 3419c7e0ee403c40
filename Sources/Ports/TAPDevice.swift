import CLinux
import Glibc
import Packet

/// Makes, opens and removes the TAP devices that the switch owns, and the TUN device of the host:
/// to the kernel the same kind of device.
///
/// A device persists only once everything about it is done. Until then it lives by its descriptor
/// alone, so that a failure at any step, and even `kill -9`, leaves nothing behind.
struct TAPDevice {
    /// The device's name on the guest's side.
    let name: DeviceName
    /// The guest's network namespace; nil when the guest is the host itself.
    let namespace: NetworkNamespace?
    /// The hardware address and MTU that the guest's side gets.
    var settings = LinkChange()
    /// What passes through it.
    var layer = Layer.ethernet

    /// What a device carries.
    enum Layer {
        /// Ethernet frames: a TAP device.
        case ethernet
        /// IP packets: a TUN device.
        case network
    }

    /// Makes the device, which must be new where it ends up.
    ///
    /// It is made here and moved: a device made inside the guest's namespace would pin that
    /// namespace for as long as the descriptor is open. On the way it has a name of its own, so
    /// that it meets no device of this namespace.
    ///
    /// `bringUp` is run in the namespace where the device ends up, once it is there.
    func create(_ bringUp: BringUp = Self.setUp) throws(PortError) -> FileDescriptor {
        guard let namespace else { return try createInPlace(bringUp) }
        let target = try namespace.open(for: name)
        let file = try open()
        let transit = try Self.transitName()
        try attach(file, as: transit, isNew: true)
        let device = try NetworkDevice.find(transit)
        try named { () throws(PortError) in
            let link = Link(name: transit, index: device.index)
            try link.apply(settings)
            try link.move(to: target, as: name)
        }
        try NetworkNamespace.inside(namespace, for: name) { () throws(PortError) in
            try bringUp(try link())
        }
        try persist(file)
        return file
    }

    /// Opens the device where a daemon that crashed left it, or makes it if it is not there.
    func adopt(_ bringUp: BringUp = Self.setUp) throws(PortError) -> FileDescriptor {
        let found = try NetworkNamespace.inside(namespace, for: name) { () throws(PortError) in
            try NetworkDevice.findIfPresent(name)
        }
        guard let found else { return try create(bringUp) }
        guard found.kind == Self.kind, found.isEthernet == (layer == .ethernet) else {
            throw PortError(operation, name.text, layer == .ethernet ? .notTAP : .deviceExists)
        }
        return try NetworkNamespace.inside(namespace, for: name) { () throws(PortError) in
            let file = try open()
            try attach(file, as: name, isNew: false)
            let link = Link(name: name, index: found.index)
            try link.apply(settings)
            try bringUp(link)
            try persist(file)
            return file
        }
    }

    /// Removes the device; nothing to do when it is gone, or its namespace is.
    func remove() throws(PortError) {
        try NetworkNamespace.inside(namespace, for: name) { () throws(PortError) in
            guard let found = try NetworkDevice.findIfPresent(name) else { return }
            guard found.kind == Self.kind, found.isEthernet == (layer == .ethernet) else {
                if layer == .network { return }
                throw PortError(.detach, name.text, .notTAP)
            }
            try Link(name: name, index: found.index).delete()
        }
    }

    /// What remains to be done with a device that is in its place.
    typealias BringUp = (Link) throws(PortError) -> Void

    /// Sets the link up, which is all that a guest's device needs.
    static func setUp(_ link: Link) throws(PortError) { try link.apply(LinkChange(isUp: true)) }

    /// What the kernel calls TAP and TUN devices.
    private static let kind = "tun"

    private var operation: PortError.Operation { layer == .ethernet ? .openTAP : .openTUN }

    private func createInPlace(_ bringUp: BringUp) throws(PortError) -> FileDescriptor {
        let file = try open()
        try attach(file, as: name, isNew: true)
        let link = try link()
        try link.apply(settings)
        try bringUp(link)
        try persist(file)
        return file
    }

    private func open() throws(PortError) -> FileDescriptor {
        let descriptor = vsw_tun_open()
        guard descriptor >= 0 else { throw PortError(operation, name.text, errno: -descriptor) }
        return FileDescriptor(descriptor)
    }

    /// EBUSY means for a new device that its name is taken, for an old one that someone holds it.
    private func attach(
        _ file: borrowing FileDescriptor, as device: DeviceName, isNew: Bool
    ) throws(PortError) {
        let attach = unsafe layer == .ethernet ? vsw_tap_attach : vsw_tun_attach
        let attached = unsafe attach(file.rawValue, device.text, isNew ? 1 : 0)
        if attached == -EBUSY, isNew {
            throw PortError(operation, name.text, .deviceExists, errno: EBUSY)
        }
        guard attached == 0 else { throw PortError(operation, name.text, errno: -attached) }
        // UDP segmentation came with Linux 6.2.
        if vsw_tap_set_offloads(file.rawValue, 1) == 0 { return }
        let offloads = vsw_tap_set_offloads(file.rawValue, 0)
        guard offloads == 0 else { throw PortError(operation, name.text, errno: -offloads) }
    }

    private func link() throws(PortError) -> Link {
        Link(name: name, index: try NetworkDevice.find(name).index)
    }

    private func persist(_ file: borrowing FileDescriptor) throws(PortError) {
        let result = vsw_tap_set_persistent(file.rawValue, 1)
        guard result == 0 else { throw PortError(operation, name.text, errno: -result) }
    }

    /// Runs `body` with errors about the name in transit told about the name the user knows.
    private func named(_ body: () throws(PortError) -> Void) throws(PortError) {
        do {
            try body()
        } catch {
            throw PortError(error.operation, name.text, error.reason, errno: error.errno)
        }
    }

    /// `vsw` and 12 random hexadecimal digits.
    private static func transitName() throws(PortError) -> DeviceName {
        let digits = String(UInt64.random(in: 0..<1 << 48), radix: 16)
        return try DeviceName("vsw" + String(repeating: "0", count: 12 - digits.count) + digits)
    }
}
