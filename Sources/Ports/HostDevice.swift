import Glibc
import Packet

/// Makes, opens and removes the TUN device that connects the host to the switch, with its addresses
/// and routes. For the control side; works in the namespace of the calling thread.
///
/// The device stays when the daemon dies, and so do its routes: what the host sends to other hosts
/// of the overlay is then lost, and never takes another way unencrypted.
package struct HostDevice: Sendable {
    /// The device's name.
    package let name: DeviceName
    /// How the host looks to the switch.
    package let framing: HostFraming
    /// The host's addresses in the overlay, each alone in its prefix.
    package var addresses: [IPAddress] = []
    /// What else is reached through the device: the overlay's prefixes, or single hosts.
    package var routes: [IPPrefix] = []
    /// The largest packet, in bytes.
    package var mtu = 1_280

    /// The device `name` of a host that the switch sees as `framing` says.
    package init(_ name: DeviceName, _ framing: HostFraming) {
        self.name = name
        self.framing = framing
    }

    /// Makes the device, or opens it where a daemon that died left it. Either way it has exactly
    /// these addresses and routes of the switch's when this returns; a new one is not left behind
    /// when this throws.
    package func open() throws(PortError) -> HostPort {
        let file = try device.adopt { link throws(PortError) in try bringUp(link) }
        return HostPort(file, framing)
    }

    /// Replaces the routes of the open device by ``routes``.
    package func updateRoutes() throws(PortError) {
        let found = try NetworkDevice.find(name)
        try setRoutes(Link(name: name, index: found.index))
    }

    /// Removes the device; its routes go with it. Nothing to do when there is none of ours.
    package func remove() throws(PortError) { try device.remove() }

    private var device: TAPDevice {
        TAPDevice(
            name: name, namespace: nil, settings: LinkChange(mtu: mtu), layer: .network)
    }

    /// IPv6 is told first what it may say by itself: nothing.
    private func bringUp(_ link: Link) throws(PortError) {
        let speaksIPv6 = addresses.contains { !$0.isIPv4 }
        try IPv6Switch(name).set(disabled: !speaksIPv6)
        if speaksIPv6 { try link.apply(LinkChange(generatesAddress: false)) }
        try LinkAddresses(link).set(addresses)
        try TAPDevice.setUp(link)
        try setRoutes(link)
    }

    private func setRoutes(_ link: Link) throws(PortError) {
        try LinkRoutes(link).set(routes, from: addresses)
    }
}
