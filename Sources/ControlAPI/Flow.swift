/// A connection that lives, or one that was denied not long ago.
public struct Flow: Codable, Sendable, Equatable {
    /// The network.
    public var network: String
    /// The protocol: `tcp`, `udp`, `icmp`, `icmpv6`, or a number.
    public var `protocol`: String
    /// The service as rules name it: `tcp/443`, `icmp/echo`.
    public var service: String
    /// The end that opened it.
    public var from: FlowEnd
    /// The end that was called.
    public var to: FlowEnd
    /// The connection's state, as `established`; for a denied one `closed`.
    public var state = "closed"
    /// What became of it.
    public var verdict = Verdict.allow
    /// Whether it passes although a rule in audit mode would have refused it.
    public var audited = false
    /// Why it was dropped, or why the next frame of a live connection will be: a drop reason; nil
    /// when it is allowed.
    public var reason: String?
    /// The deciding rules: the sender's first, then the receiver's; of an audited one, those that
    /// would have refused it. `(replaced since)` is a rule of a policy that is forgotten.
    public var rules: [RuleReference] = []
    /// What went from `from` to `to`.
    public var original = Traffic()
    /// What came back.
    public var reply = Traffic()
    /// How long no frame was seen, in seconds.
    public var idleSeconds = 0

    /// Creates a flow; the protocol is the part of `service` before the slash.
    public init(network: String, service: String, from: FlowEnd, to: FlowEnd) {
        self.network = network
        `protocol` = String(service.prefix { $0 != "/" })
        self.service = service
        self.from = from
        self.to = to
    }
}

/// One end of a connection.
public struct FlowEnd: Codable, Sendable, Equatable, Hashable {
    /// The IP address.
    public var address: String
    /// The TCP, UDP or SCTP port; nil where the protocol has none.
    public var port: Int?
    /// The VM that the address is bound to, on whichever host; nil outside.
    public var vm: String?
    /// The device of the switch port; nil when it is not known.
    public var device: String?
    /// The other host that the VM lives on, where its end is judged; nil for a VM of this host.
    public var host: String?

    /// Creates an end.
    public init(address: String, port: Int? = nil, vm: String? = nil, device: String? = nil) {
        self.address = address
        self.port = port
        self.vm = vm
        self.device = device
    }
}

/// A rule, and where it is written.
public struct RuleReference: Codable, Sendable, Equatable {
    /// The rule's name, as `shop/no-ssh`, `shop/#1` or `default`.
    public var name: String
    /// The file it stands in; nil for `default`.
    public var file: String?
    /// Its line, from 1; nil for `default`.
    public var line: Int?

    /// Creates a reference.
    public init(name: String, file: String? = nil, line: Int? = nil) {
        self.name = name
        self.file = file
        self.line = line
    }
}

/// What one direction of a connection carried.
public struct Traffic: Codable, Sendable, Equatable {
    /// Frames.
    public var packets: UInt64
    /// Bytes of those frames.
    public var bytes: UInt64

    /// Creates a sum.
    public init(packets: UInt64 = 0, bytes: UInt64 = 0) {
        self.packets = packets
        self.bytes = bytes
    }
}

/// The reply to `GET /v1/flows`.
public struct FlowList: Codable, Sendable, Equatable {
    /// Live connections and recent denials.
    public var flows: [Flow]
    /// Whether there were more than the reply holds.
    public var truncated: Bool

    /// Creates a list.
    public init(flows: [Flow], truncated: Bool = false) {
        self.flows = flows
        self.truncated = truncated
    }
}
