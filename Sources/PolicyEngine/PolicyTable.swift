public import Packet

/// The compiled tables as a worker reads them: a view, valid as long as its ``CompiledPolicy``
/// lives.
///
/// - Cost of one verdict: for each address at most 16 slots among the VMs and 16 among the single
///   addresses, then one word and log2 of the intervals within a /16 (of all for IPv6); then the
///   port's own classes by halves, at most 16 slots of a part, and for each stage (one for each
///   tier that ends in a default or may pass; mostly one) at most 8 rows, of at most 18 steps. In
///   the merged form it is one row. All of it depends on the policy alone: traffic leaves nothing
///   behind in these tables.
///
/// `@safe`: every offset that a table holds was put there by the compiler, within the tables.
@safe @frozen public struct PolicyTable: BitwiseCopyable {
    @usableFromInline let ports: UnsafePointer<PortRecord>
    @usableFromInline let portCount: Int
    /// The parts (``PolicyPart/storage``) that blocks refer to.
    @usableFromInline let parts: UnsafePointer<UnsafePointer<UInt32>>
    @usableFromInline let addresses: AddressTable

    @usableFromInline init(
        ports: UnsafePointer<PortRecord>, portCount: Int,
        parts: UnsafePointer<UnsafePointer<UInt32>>, addresses: AddressTable
    ) {
        unsafe self.ports = ports
        self.portCount = portCount
        unsafe self.parts = parts
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
        guard let block = unsafe direction == .egress ? record.egress : record.ingress else {
            return .denyByDefault
        }
        let ownClass = addresses.find(question.own, record).prefixClass
        let peerClass = addresses.find(question.peer, record).peerClass
        return unsafe decide(block, ownClass, (peerClass, question.service))
    }

    /// Whether a file selects the port; an ungoverned port denies everything.
    @inlinable public func isGoverned(_ port: PortNumber) -> Bool {
        guard port.index < portCount else { return false }
        return unsafe ports[port.index].egress != nil
    }

    /// Goes through the stages of the own class, if the port may have an address of it.
    @inlinable func decide(
        _ block: UnsafePointer<UInt64>, _ ownClass: UInt32, _ packet: (UInt32, ServiceKey)
    ) -> Verdict {
        var low = 1
        var length = unsafe Int(block[0])
        while length > 1 {
            let half = length >> 1
            let isBefore = unsafe block[low &+ half] >> 32 <= UInt64(ownClass)
            low &+= isBefore ? half : 0
            length &-= half
        }
        let own = unsafe block[low]
        guard own >> 32 == UInt64(ownClass) else { return .denyByDefault }
        var place = Int(own & 0xffff_ffff)
        let stageCount = unsafe Int(block[place])
        place &+= 1
        for _ in 0..<stageCount {
            let head = unsafe block[place]
            let partCount = Int(head & 0xff)
            var best = UInt32.max
            for index in 1...partCount {
                let part = unsafe parts[Int(block[place &+ index])]
                best = unsafe min(best, self.best(part, packet.0, packet.1))
            }
            if head & (1 << 31) != 0 { return Verdict(rawValue: best) }  // PortBlocks.mergedMark
            if best == .max { best = UInt32(truncatingIfNeeded: head >> 32) }
            if best != 0, best & 3 != Verdict.passAction { return Verdict(rawValue: best) }
            place &+= partCount &+ 1
        }
        return .denyByDefault
    }

    /// The least word among the rows of a class: that of the rule that decides first, as rules are
    /// numbered in the order of decision. All ones when no rule speaks of the service.
    @inlinable func best(
        _ part: UnsafePointer<UInt32>, _ peerClass: UInt32, _ service: ServiceKey
    ) -> UInt32 {
        let pool = unsafe part + Int(part[2])
        let value = unsafe value(part, peerClass)
        let common = unsafe part[1]
        var best = UInt32.max
        if common != 0 { best = unsafe word(pool + Int(common), service) }
        if value == 0 { return best }
        guard value >> 31 != 0 else {  // PolicyPart.chainMark
            return unsafe min(best, word(pool + Int(value), service))
        }
        let chain = unsafe pool + Int(value & 0x7fff_ffff)
        let count = unsafe Int(chain[0])
        for index in 1...count {
            best = unsafe min(best, word(pool + Int(chain[index]), service))
        }
        return best
    }

    /// The row or chain of a class in a part.
    @inlinable func value(_ part: UnsafePointer<UInt32>, _ peerClass: UInt32) -> UInt32 {
        let size = unsafe part[0]
        if size >> 31 != 0 {  // PolicyPart.denseMark
            guard peerClass < size & 0x7fff_ffff else { return unsafe part[3] }
            let value = unsafe part[4 &+ Int(peerClass)]
            return unsafe value != 0 ? value : part[3]
        }
        let place = (UInt64(peerClass &* 0x9e37_79b1) &* UInt64(size)) >> 32
        var slot = 4 &+ Int(truncatingIfNeeded: place) &* 2
        for _ in 0..<16 {  // PartMap.probeMax
            let key = unsafe part[slot]
            // A class whose rules were taken from it keeps its slot, with nothing in it.
            if key == peerClass &+ 1, unsafe part[slot &+ 1] != 0 { return unsafe part[slot &+ 1] }
            if key == 0 { break }
            slot &+= 2
        }
        return unsafe part[3]
    }

    /// What a row says of a service, found without a branch on what it reads; all ones for nothing.
    @inlinable func word(_ row: UnsafePointer<UInt32>, _ service: ServiceKey) -> UInt32 {
        let count = unsafe Int(row[0])
        var start = 1
        var length = count
        while length > 1 {
            let half = length >> 1
            let isBefore = unsafe row[start &+ half] <= service.rawValue
            start &+= isBefore ? half : 0
            length &-= half
        }
        let word = unsafe row[start &+ count]
        let isOpen = unsafe row[start] > service.rawValue
        return isOpen ? .max : word
    }
}

// SAFETY: the view only reads memory that nobody writes to after it was made (TableStorage).
extension PolicyTable: @unchecked Sendable {}

/// Where a port's tables begin; no blocks stand for the built-in denial.
@safe @usableFromInline struct PortRecord: BitwiseCopyable {
    /// ``PortBlocks/egress``.
    @usableFromInline var egress: UnsafePointer<UInt64>?
    /// ``PortBlocks/ingress``.
    @usableFromInline var ingress: UnsafePointer<UInt64>?
    /// The first slot of its network's host table.
    @usableFromInline var hosts: UInt32 = 0
    /// The number of these slots, less one.
    @usableFromInline var hostMask: UInt32 = 0

    @usableFromInline init() {
        unsafe egress = nil
        unsafe ingress = nil
    }
}
