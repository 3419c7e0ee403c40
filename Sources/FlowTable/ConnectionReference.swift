/// Where a connection is tracked. It may be kept as long as one likes: once the connection has
/// gone, the reference is simply not found, also when its slot holds another connection.
///
/// A slot would have to be reused 2^32 times before an old reference fits again.
public struct ConnectionReference: Hashable, Sendable, BitwiseCopyable {
    /// The slot; zero is none.
    @usableFromInline let index: UInt32
    /// The connection's number within its slot.
    @usableFromInline let serial: UInt32

    /// Refers to no connection.
    public static var none: ConnectionReference { ConnectionReference(index: 0, serial: 0) }

    @inlinable init(index: UInt32, serial: UInt32) {
        self.index = index
        self.serial = serial
    }
}

/// A connection found by a frame's key.
public struct ConnectionMatch: Equatable, Sendable, BitwiseCopyable {
    /// Where it is tracked.
    public let reference: ConnectionReference
    /// Which way the frame goes in it.
    public let direction: ConnectionDirection
    /// Its state, before the frame.
    public let state: ConnectionState
    /// The generation of the policy that allowed it.
    public let generation: UInt32
}
