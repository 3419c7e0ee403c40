// Policies made from something else, and tried on something else.
extension ControlClient {
    /// Translates NetworkPolicies of Kubernetes; changes nothing.
    public func importPolicy(
        _ request: PolicyImportRequest
    ) async throws(ControlError) -> PolicyImportReply {
        try await tell(.importPolicy, request)
    }

    /// Writes a policy from the connections that live; changes nothing.
    public func recommendPolicy(
        _ request: PolicyRecommendRequest
    ) async throws(ControlError) -> PolicyRecommendReply {
        try await tell(.recommendPolicy, request)
    }

    /// Judges the connections in frames of a capture under the policy in force and under another;
    /// changes nothing.
    public func replayPolicy(_ request: ReplayRequest) async throws(ControlError) -> ReplayReply {
        try await tell(.replayPolicy, request)
    }
}
