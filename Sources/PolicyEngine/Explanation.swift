public import Packet

/// Why a connection passes or not: the answer of `vswctl policy explain`.
public struct Explanation: Sendable {
    /// The network in which both ends were looked at.
    public let network: VNI
    /// The sender's address.
    public let from: IPAddress
    /// The receiver's address.
    public let to: IPAddress
    /// The service.
    public let service: ServiceKey
    /// What becomes of the connection: allowed only when every end on this host allows it.
    public let verdict: Verdict
    /// What the sender's port decides; nil when the sender is not a VM on this host.
    public let egress: EndDecision?
    /// What the receiver's port decides; nil when the receiver is not a VM on this host.
    public let ingress: EndDecision?
    /// Of a connection that is refused, the allow rule that comes nearest to it; nil when none is
    /// near, and where the connection passes.
    public let nearestMiss: NearestMiss?
}

/// The decision of one port.
public struct EndDecision: Sendable {
    /// The VM behind the port.
    public let vm: String
    /// The port.
    public let port: PortNumber
    /// What it decides.
    public let verdict: Verdict
    /// The rule that decided, with its file and line.
    public let rule: RuleDescription
}

/// A question to ``CompiledPolicy/explain(from:to:service:)`` that has no answer.
public struct ExplainError: Error, Hashable, Sendable {
    /// What is wrong, and why.
    public let message: String
    /// What to do.
    public let hint: String
}

extension ExplainError: CustomStringConvertible {
    /// Message and hint in one line.
    public var description: String { "\(message); \(hint)" }
}
