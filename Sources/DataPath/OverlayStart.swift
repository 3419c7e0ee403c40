import Overlay
import Packet

/// What the overlay needs once, when the daemon starts.
package struct OverlayStart: Sendable {
    /// Where peers reach this host.
    package var listen: UnderlayAddress
    /// This host's address inside the encryption.
    package var address: IPAddress
    /// The MTU of the physical network, in bytes.
    package var underlayMTU: Int
    /// This host's keys; the first one speaks first, all of them answer.
    package var identities: [PrivateKey]
    /// The handshake timestamp that the last daemon of this host reserved.
    package var lastTimestamp: TAI64N?
    /// Writes a reserved timestamp down, durably, before it is used. Called on the handshake
    /// thread.
    package var persist: @Sendable (TAI64N) -> Bool

    /// An overlay that listens at `listen` as `address`.
    package init(
        listen: UnderlayAddress, address: IPAddress, identities: [PrivateKey],
        persist: @escaping @Sendable (TAI64N) -> Bool
    ) {
        self.listen = listen
        self.address = address
        self.identities = identities
        self.persist = persist
        underlayMTU = 1_500
    }
}
