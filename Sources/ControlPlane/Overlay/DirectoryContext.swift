import Overlay
import Packet

/// What a host knows of itself: what a directory must not contradict.
package struct DirectoryContext: Sendable {
    /// This host's name; the entry of this name is this host.
    package var host: String
    /// This host's public keys; empty when it has none yet.
    package var publicKeys: [PublicKey] = []
    /// This host's address inside the encryption; nil when it has no overlay.
    package var address: IPAddress?
    /// Where this host is reached; nil when it has no overlay.
    package var listen: UnderlayAddress?
    /// The networks that exist here, by name.
    package var networks: Set<String>
    /// The ports of this host.
    package var ports: [StoredPort] = []

    /// A host of this name with these networks.
    package init(host: String, networks: [String]) {
        self.host = host
        self.networks = Set(networks)
    }
}
