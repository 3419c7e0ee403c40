import PolicyEngine

/// The verdicts of a connection's two ends. An end behind an uplink has no verdict.
struct Decision: BitwiseCopyable {
    /// At the sender's port.
    var egress: Verdict?
    /// At the receiver's port.
    var ingress: Verdict?
    /// The end whose rule allows, and has allowed as many this second as it may.
    var limitedEnd: TrafficDirection?

    /// No end has been asked.
    static var none: Decision { Decision(egress: nil, ingress: nil) }

    /// Whether every end that was asked allows.
    var isAllowed: Bool { Self.allows(egress) && Self.allows(ingress) }

    /// The end that stops the frame: the sender's, if that one does.
    var refusingEnd: TrafficDirection? {
        if !Self.allows(egress) { return .egress }
        return Self.allows(ingress) ? limitedEnd : .ingress
    }

    /// Whether the verdict that stops the frame wants its sender told.
    var rejects: Bool { refusingEnd.flatMap { self[$0] }?.action == .reject }

    /// Whether the receiver's rules do not let the frame in, whatever the sender's say.
    var isRefusedByReceiver: Bool { !Self.allows(ingress) || limitedEnd == .ingress }

    /// Whether the receiver's rule is not the sender's: it counts for itself.
    var hasTwoRules: Bool { ingress != nil && ingress?.rule != egress?.rule }

    /// The verdict of one end.
    subscript(end: TrafficDirection) -> Verdict? { end == .egress ? egress : ingress }

    private static func allows(_ verdict: Verdict?) -> Bool {
        guard let verdict else { return true }
        return verdict.action == .allow
    }
}
