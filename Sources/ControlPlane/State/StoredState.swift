import Packet

/// Everything the daemon remembers over a restart.
package struct StoredState: Equatable, Sendable {
    /// The number of the last change; each is one larger than the one before.
    package var generation: UInt32 = 0
    /// The generation in which ``policies`` were applied; 0 when none were.
    package var policyGeneration: UInt32 = 0
    /// The networks, by VNI.
    package var networks: [StoredNetwork] = []
    /// The ports, by device.
    package var ports: [StoredPort] = []
    /// The sources of the policy in force, in the order they were given.
    package var policies: [StoredPolicy] = []
    /// The directory in force; nil when none was applied.
    package var directory: StoredDirectory?
    /// The policies that were in force, the latest last, at most ``historyCountMax``.
    package var history: [StoredGeneration] = []
    /// Whether the policy in force waits to be confirmed.
    package var confirmation: StoredConfirmation?

    /// An empty state, as before the first start.
    package init() {}

    /// The same in the order of the database's rows.
    package var sorted: StoredState {
        var state = self
        state.networks.sort { $0.vni.rawValue < $1.vni.rawValue }
        state.ports.sort { $0.device.utf8.lexicographicallyPrecedes($1.device.utf8) }
        return state
    }
}

/// A network as it is stored.
package struct StoredNetwork: Equatable, Sendable {
    /// The name; unique.
    package var name: String
    /// The identifier on the wire; unique.
    package var vni: VNI
    /// The largest IP packet, in bytes.
    package var mtu: Int

    /// The network that always exists.
    package static let `default` = StoredNetwork(
        name: "default", vni: VNI(rawValue: 1)!, mtu: 1500)  // 1 fits 24 bits

    /// A network of these properties.
    package init(name: String, vni: VNI, mtu: Int) {
        self.name = name
        self.vni = vni
        self.mtu = mtu
    }
}

/// The directory file as it was applied.
package struct StoredDirectory: Equatable, Sendable {
    /// The path the user named, for `file:line`.
    package var path: String
    /// The file's text.
    package var text: String
    /// The generation in which it was applied.
    package var generation: UInt32

    /// A file with this path and text, applied in `generation`.
    package init(path: String, text: String, generation: UInt32) {
        self.path = path
        self.text = text
        self.generation = generation
    }
}

/// One policy file as it was applied.
package struct StoredPolicy: Equatable, Sendable {
    /// The path the user named, for `file:line`.
    package var path: String
    /// The file's text.
    package var text: String { didSet { digest = text.digest } }
    /// The digest of the text.
    package private(set) var digest: String
    /// Whether it was applied in audit mode, whatever it says itself.
    package var isAudited: Bool

    /// A file with this path and text.
    package init(path: String, text: String, isAudited: Bool = false) {
        self.path = path
        self.text = text
        self.isAudited = isAudited
        digest = text.digest
    }

    /// Whether the two are alike byte by byte, as the seal sees them: Swift takes texts for equal
    /// that only look alike.
    package static func == (one: StoredPolicy, other: StoredPolicy) -> Bool {
        one.path.utf8.elementsEqual(other.path.utf8) && one.digest == other.digest
            && one.isAudited == other.isAudited
    }
}
