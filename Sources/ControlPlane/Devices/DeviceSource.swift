import ControlAPI
import Packet
import Ports

/// Where ports' devices come from: the kernel, or a test.
///
/// The calls block for milliseconds; they run on the controller's thread, never on an event loop.
package protocol DeviceSource: Sendable {
    /// What is known of `device` in `namespace` (nil: the daemon's own); nil when there is none.
    func facts(of device: String, in namespace: String?) throws(Problem) -> DeviceFacts?

    /// Opens the device of `port`; a failure leaves nothing behind.
    ///
    /// - Parameter adopting: whether a device that this daemon left behind may be taken up again.
    func open(_ port: StoredPort, mtu: Int, adopting: Bool) throws(Problem) -> PortDevice

    /// Leads the way to these addresses, and to no others, through the open device of `port`, which
    /// is the host's.
    func setRoutes(of port: StoredPort, to addresses: [IPAddress]) throws(Problem)

    /// Undoes what opening did, also after a crash; does nothing when that is gone already.
    func remove(_ port: StoredPort) throws(Problem)
}

/// What the control side wants to know of a device.
package struct DeviceFacts: Equatable, Sendable {
    /// The device's index: another device of the same name has another.
    package var index: Int
    /// The largest packet, in bytes, without the Ethernet header.
    package var mtu: Int
    /// The hardware address, if it has one of six octets.
    package var mac: MACAddress?

    /// A device with these properties.
    package init(index: Int, mtu: Int, mac: MACAddress? = nil) {
        self.index = index
        self.mtu = mtu
        self.mac = mac
    }
}
