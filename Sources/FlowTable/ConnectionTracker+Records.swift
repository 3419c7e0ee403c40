import Packet

/// What is known of a connection, and new judgements.
extension ConnectionTracker {
    /// The generation of the policy that allowed a connection; nil if it has gone.
    public func generation(of reference: ConnectionReference) -> UInt32? {
        guard unsafe lock(reference) != nil else { return nil }
        defer { unlock(reference) }
        return unsafe slots[reference.index].pointee.judgement.generation
    }

    /// The ports of a connection; nil if it has gone.
    public func ports(of reference: ConnectionReference) -> ConnectionPorts? {
        guard unsafe lock(reference) != nil else { return nil }
        defer { unlock(reference) }
        return unsafe slots[reference.index].pointee.ports
    }

    /// Everything known of a connection; nil if it has gone.
    public func record(at reference: ConnectionReference) -> ConnectionRecord? {
        guard unsafe lock(reference) != nil else { return nil }
        defer { unlock(reference) }
        return unsafe slots[reference.index].pointee.record(index: reference.index)
    }

    /// Notes that a newer policy allows a connection too; false if it has gone.
    @discardableResult
    public func rejudge(_ reference: ConnectionReference, _ judgement: ConnectionJudgement) -> Bool
    {
        guard unsafe lock(reference) != nil else { return false }
        defer { unlock(reference) }
        unsafe slots[reference.index].pointee.judgement = judgement
        return true
    }
}
