/// The reply to `GET /v1/status`: the daemon at a glance.
public struct Status: Codable, Sendable, Equatable {
    /// The name of this host (`vswitchd --name`).
    public var name = ""
    /// The daemon's version.
    public var version = Product.version
    /// The daemon's process identifier.
    public var processID = 0
    /// How long the daemon has been running, in seconds.
    public var uptimeSeconds = 0
    /// The folder that holds the daemon's state.
    public var stateDirectory = ""
    /// The generation that the workers forward by; it grows with every change.
    public var generation: UInt64 = 0
    /// How many policy files are in force; 0 means that every port is closed.
    public var policies = 0
    /// How many networks exist.
    public var networks = 0
    /// How many ports there are in each state.
    public var ports = PortTally()
    /// The other hosts; all zero without an overlay.
    public var peers = PeerTally()
    /// How many worker threads forward frames.
    public var workers = 0
    /// The workers' load and what they lost under it.
    public var pressure = Pressure()
    /// What a person should look at: one sentence each; empty when all is well.
    public var warnings: [String] = []

    /// Creates a report with nothing in it yet.
    public init() {}
}

/// How many ports there are in each ``PortState``.
public struct PortTally: Codable, Sendable, Equatable {
    /// Ports that pass frames under a policy.
    public var open: Int
    /// Ports that pass nothing.
    public var closed: Int
    /// Ports whose device is gone.
    public var missing: Int

    /// Creates a tally.
    public init(open: Int = 0, closed: Int = 0, missing: Int = 0) {
        self.open = open
        self.closed = closed
        self.missing = missing
    }
}

/// How many other hosts there are.
public struct PeerTally: Codable, Sendable, Equatable {
    /// Those that the directory lists.
    public var listed: Int
    /// Those that there is a session with.
    public var established: Int

    /// Creates a tally.
    public init(listed: Int = 0, established: Int = 0) {
        self.listed = listed
        self.established = established
    }
}

/// The workers' load, and what was lost because a bounded table or ring was full.
public struct Pressure: Codable, Sendable, Equatable {
    /// Live connections.
    public var connections: Int
    /// How many connections the table holds at most.
    public var connectionsMax: Int
    /// Batches of frames handled since the start.
    public var batches: UInt64
    /// Flow events that found the event ring full; frames are never lost by this.
    public var lostEvents: UInt64

    /// Creates a load report.
    public init(
        connections: Int = 0, connectionsMax: Int = 0, batches: UInt64 = 0, lostEvents: UInt64 = 0
    ) {
        self.connections = connections
        self.connectionsMax = connectionsMax
        self.batches = batches
        self.lostEvents = lostEvents
    }
}
