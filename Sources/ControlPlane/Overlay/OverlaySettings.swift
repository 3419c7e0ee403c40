import Packet

/// What `overlay:` in `vswitch.yaml` says; without that section a host has no overlay.
package struct OverlaySettings: Equatable, Sendable {
    /// The port unless another is named, as WireGuard's users know it.
    package static let defaultPort: UInt16 = 51_820
    /// The device by which the host itself takes part in the overlay.
    package static let hostPort = "vsw-host0"
    /// The MTU of an Ethernet.
    package static let defaultMTU = 1_500

    /// Where other hosts reach this one.
    package var listen = UnderlayAddress(.unspecifiedIPv4, port: defaultPort)
    /// This host's address inside the encryption.
    package var address: IPAddress
    /// The MTU of the physical network, in bytes.
    package var underlayMTU = defaultMTU

    /// An overlay of this host at `address`, all else as usual.
    package init(address: IPAddress) {
        self.address = address
    }
}
