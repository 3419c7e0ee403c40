/// How many new connections a rule allows on one host.
public struct RuleLimit: Hashable, Sendable {
    /// New connections a second.
    public let perSecond: UInt32
    /// The policy's name and the sentence: what has been used up of a limit is carried under this
    /// key from one compiled policy to the next, whose numbers may differ.
    public let key: String
}
