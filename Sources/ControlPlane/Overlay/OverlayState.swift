import ControlAPI
import Overlay

/// What the controller knows of the overlay at this moment, beside what is stored.
struct OverlayState {
    /// The directory in force; empty until one is applied.
    var directory = Directory()
    /// Why the stored directory is not in force, after a start that could not read it.
    var directoryFault: Problem?
    /// The numbers of the other hosts in the data path.
    var numbers = PeerNumbers()
    /// The keys shared with single hosts.
    var preshared = PresharedKeys()
    /// What is known of the VMs on other hosts.
    var remote = RemoteVMs()
    /// This host's keys, the newest first.
    var keys: [PrivateKey] = []
    /// The port by which the host itself takes part; nil while the overlay is not running.
    var hostPort: StoredPort?
    /// The hosts' network; nil while the overlay is not running.
    var hostNetwork: StoredNetwork?
    /// Whether the data path has the overlay.
    var isRunning = false
    /// Why it has not, and what to do.
    var absence: Problem?

    /// This host's keys, the one that calls first: as this host's own entry in the directory lists
    /// them, so that a new key is used once the others know it; without an entry the newest.
    func identities(of host: String) -> [PrivateKey] {
        guard let listed = directory.host(host)?.publicKeys, !listed.isEmpty else { return keys }
        let rank = { (key: PrivateKey) in listed.firstIndex(of: key.publicKey) ?? listed.count }
        return keys.enumerated()
            .sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
            .map(\.element)
    }
}
