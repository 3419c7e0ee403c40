public import Packet

/// The compiled tables as a worker reads them: a view, valid as long as its ``CompiledPolicy``
/// lives.
///
/// - Cost of one verdict: at most 16 slots and 3 trie words (or log2 of the IPv6 intervals) for
///   each address, then at most 17 steps in a row. All of it depends on the policy alone: traffic
///   leaves nothing behind in these tables.
///
/// `@safe`: every offset that a table holds was put there by the compiler, within the tables.
@safe @frozen public struct PolicyTable: BitwiseCopyable {
    @usableFromInline let ports: UnsafePointer<PortRecord>
    @usableFromInline let portCount: Int
    @usableFromInline let words: UnsafePointer<UInt32>
    @usableFromInline let addresses: AddressTable

    @usableFromInline init(
        ports: UnsafePointer<PortRecord>, portCount: Int, words: UnsafePointer<UInt32>,
        addresses: AddressTable
    ) {
        unsafe self.ports = ports
        self.portCount = portCount
        unsafe self.words = words
        self.addresses = addresses
    }

    /// What the port `port` decides about a packet that travels in `direction`.
    ///
    /// - A port that no policy selects, or that the policy was not compiled for, denies by default.
    /// - The own address must be one bound to the port, unless the port may use every address.
    /// - Multicast and broadcast have no special meaning. For the sender's egress the peer is the
    ///   group address; for a receiver's ingress the caller gives the port's first address as own.
    @inlinable public func classify(
        port: PortNumber, _ direction: TrafficDirection, _ question: PolicyQuestion
    ) -> Verdict {
        guard port.index < portCount else { return .denyByDefault }
        let record = unsafe ports[port.index]
        let own = direction == .egress ? record.egress : record.ingress
        guard own != 0 else { return .denyByDefault }
        let ownClass = addresses.find(question.own, record).prefixClass
        let peers = unsafe words[Int(own &+ ownClass)]
        guard peers != 0 else { return .denyByDefault }
        let peerClass = addresses.find(question.peer, record).peerClass
        let row = unsafe words[Int(peers &+ peerClass)]
        return verdict(row, question.service)
    }

    /// Whether a file selects the port; an ungoverned port denies everything.
    @inlinable public func isGoverned(_ port: PortNumber) -> Bool {
        guard port.index < portCount else { return false }
        return unsafe ports[port.index].egress != 0
    }

    /// Finds the last start that is not after `service`, without a branch on what it reads.
    @inlinable func verdict(_ row: UInt32, _ service: ServiceKey) -> Verdict {
        let count = unsafe Int(words[Int(row)])
        var start = Int(row) &+ 1
        var length = count
        while length > 1 {
            let half = length >> 1
            let isBefore = unsafe words[start &+ half] <= service.rawValue
            start &+= isBefore ? half : 0
            length &-= half
        }
        return unsafe Verdict(rawValue: words[start &+ count])
    }
}

// SAFETY: the view only reads memory that nobody writes to after it was made (TableStorage).
extension PolicyTable: @unchecked Sendable {}

/// Where a port's tables begin; zero offsets stand for the built-in denial.
@usableFromInline struct PortRecord: BitwiseCopyable {
    @usableFromInline var egress: UInt32 = 0
    @usableFromInline var ingress: UInt32 = 0
    /// The first slot of its network's host table.
    @usableFromInline var hosts: UInt32 = 0
    /// The number of these slots, less one.
    @usableFromInline var hostMask: UInt32 = 0

    @usableFromInline init() {}
}
