/// The reply to `GET /v1/overlay`: how this host meets the others.
public struct OverlayReport: Codable, Sendable, Equatable {
    /// Whether datagrams are sent and received.
    public var running: Bool
    /// Why they are not, and what to do; nil when they are.
    public var reason: String?
    /// Where other hosts reach this one, as `0.0.0.0:51820`.
    public var listen: String
    /// This host's address inside the encryption.
    public var address: String
    /// The MTU of the physical network, in bytes.
    public var underlayMTU: Int
    /// The device by which the host itself takes part; nil when there is none.
    public var hostPort: String?
    /// This host's public keys in base64, the one that calls first.
    public var publicKeys: [String]
    /// How many other hosts the directory has.
    public var hosts: Int
    /// How many of them there is a session with.
    public var established: Int
    /// How many interfaces of VMs live there.
    public var vms: Int
    /// What went over the overlay, and what was dropped there.
    public var counters = FrameCounters()

    /// Creates a report of an overlay that meets nobody yet.
    public init(listen: String, address: String, underlayMTU: Int) {
        running = false
        self.listen = listen
        self.address = address
        self.underlayMTU = underlayMTU
        publicKeys = []
        hosts = 0
        established = 0
        vms = 0
    }
}

/// The body of `POST /v1/overlay/key`.
public struct OverlayKeyRequest: RequestBody, Equatable {
    /// What is to be done.
    public var action: OverlayKeyAction

    /// Creates a request.
    public init(action: OverlayKeyAction) {
        self.action = action
    }

    /// The keys that this request knows.
    public enum CodingKeys: String, CodingKey, CaseIterable { case action }

    /// Decodes a request; refuses unknown keys.
    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.strictContainer(CodingKeys.self)
        action = try keyed.decode(OverlayKeyAction.self, forKey: .action)
    }
}

/// What becomes of this host's key.
public enum OverlayKeyAction: String, SpelledCase {
    /// The first key is made; one that exists is never overwritten.
    case generate
    /// A new key is made; the present one stays accepted.
    case rotate
    /// The former key is destroyed.
    case retire

    /// What a value is called in errors.
    public static let noun = "key action"
}

/// The reply to `GET` and `POST /v1/overlay/key`: public keys; private ones never leave the daemon.
public struct OverlayKey: Codable, Sendable, Equatable {
    /// This host's public key in base64, as `wg pubkey` writes it: the newest one.
    public var publicKey: String
    /// The former key while it is still accepted.
    public var formerPublicKey: String?

    /// Creates a reply.
    public init(publicKey: String, formerPublicKey: String? = nil) {
        self.publicKey = publicKey
        self.formerPublicKey = formerPublicKey
    }
}

/// One host and every MTU on the way to its guests.
public struct OverlayMTUDerivation: Codable, Sendable, Equatable {
    /// The host.
    public var host: String
    /// The MTU of the way to it, in bytes.
    public var path: Int
    /// The MTU of guests that talk to guests there, in bytes.
    public var guest: Int
    /// How the numbers follow from each other, one a line.
    public var lines: [String]

    /// Creates a derivation.
    public init(host: String, path: Int, guest: Int, lines: [String]) {
        self.host = host
        self.path = path
        self.guest = guest
        self.lines = lines
    }
}

/// The reply to `GET /v1/overlay/mtu`.
public struct OverlayMTUList: Codable, Sendable, Equatable {
    /// The hosts that were asked for; this host alone while the directory has no other.
    public var hosts: [OverlayMTUDerivation]

    /// Creates a list.
    public init(hosts: [OverlayMTUDerivation]) {
        self.hosts = hosts
    }
}

/// The body of `POST /v1/overlay/rekey`.
public struct RekeyRequest: RequestBody, Equatable {
    /// The host to agree on new keys with; nil means every host.
    public var host: String?

    /// Creates a request.
    public init(host: String? = nil) {
        self.host = host
    }

    /// The keys that this request knows.
    public enum CodingKeys: String, CodingKey, CaseIterable { case host }

    /// Decodes a request; refuses unknown keys.
    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.strictContainer(CodingKeys.self)
        host = try keyed.decodeIfPresent(String.self, forKey: .host)
    }
}

/// The reply to `POST /v1/overlay/rekey`.
public struct RekeyReply: Codable, Sendable, Equatable {
    /// The hosts with which a handshake was begun.
    public var hosts: [String]

    /// Creates a reply.
    public init(hosts: [String]) {
        self.hosts = hosts
    }
}

/// The reply to `GET /v1/overlay/export-wg/{name}`: what a plain Linux host runs to join.
public struct OverlayExport: Codable, Sendable, Equatable {
    /// The host.
    public var host: String
    /// A shell script, with the configuration that `wg setconf` reads in it.
    public var script: String

    /// Creates an export.
    public init(host: String, script: String) {
        self.host = host
        self.script = script
    }
}

/// The reply to `GET /v1/overlay/protect-host`: rules that keep the hosts' services off the wire.
public struct OverlayProtection: Codable, Sendable, Equatable {
    /// The physical devices; empty means every device but the overlay's and the loopback.
    public var devices: [String]
    /// A file for `nft -f`.
    public var rules: String

    /// Creates a protection.
    public init(devices: [String], rules: String) {
        self.devices = devices
        self.rules = rules
    }
}
