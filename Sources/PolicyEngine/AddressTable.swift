import Packet

/// Finds the classes of an address: first among the VMs of its network, then among the addresses
/// that rules name alone, then among the intervals. All networks share the last two.
///
/// `@safe`: every offset that a table holds was put there by the compiler, within the tables.
@safe @usableFromInline struct AddressTable: BitwiseCopyable {
    /// What an address is to the rules, as the own end and as the peer.
    @usableFromInline struct Classes: BitwiseCopyable {
        @usableFromInline let prefixClass: UInt32
        @usableFromInline let peerClass: UInt32

        @inlinable init(prefixClass: UInt32, peerClass: UInt32) {
            self.prefixClass = prefixClass
            self.peerClass = peerClass
        }
    }

    @usableFromInline let secret: HostSecret
    @usableFromInline let slots: UnsafePointer<HostSlot>
    /// The single addresses of IPv4: the address above its class.
    @usableFromInline let singles4: UnsafePointer<UInt64>
    @usableFromInline let singles6: UnsafePointer<HostSlot>
    /// The numbers of slots of both, without those that catch the last probes.
    @usableFromInline let singleCounts: (UInt32, UInt32)
    /// For each upper half of an IPv4 address, the last interval that begins at or before it.
    @usableFromInline let heads: UnsafePointer<UInt32>
    /// The intervals of IPv4: where each begins, above its class.
    @usableFromInline let intervals: UnsafePointer<UInt64>
    @usableFromInline let starts: UnsafePointer<IPAddress>
    @usableFromInline let startClasses: UnsafePointer<UInt32>
    @usableFromInline let startCount: Int

    @inlinable func find(_ address: IPAddress, _ record: PortRecord) -> Classes {
        let hash = secret.hash(address)
        let place = UInt32(truncatingIfNeeded: hash)
        for probe in 0..<16 as Range<UInt32> {  // HostTable.probeMax
            let index = record.hosts &+ ((place &+ probe) & record.hostMask)
            let slot = unsafe slots[Int(index)]
            if slot.isEmpty { break }
            if slot.address == address {
                return Classes(prefixClass: slot.prefixClass, peerClass: slot.peerClass)
            }
        }
        let number = address.isIPv4 ? find4(address, hash) : find6(address, hash)
        return Classes(prefixClass: number, peerClass: number)
    }

    @inlinable func find4(_ address: IPAddress, _ hash: UInt64) -> UInt32 {
        let number = UInt32(truncatingIfNeeded: address.low)
        let first = Int(((hash >> 32) &* UInt64(singleCounts.0)) >> 32)
        for probe in 0..<16 {  // SingleTable.probeMax
            let slot = unsafe singles4[first &+ probe]
            if slot == .max { break }
            if UInt32(truncatingIfNeeded: slot >> 32) == number {
                return UInt32(truncatingIfNeeded: slot)
            }
        }
        return interval4(number)
    }

    /// Finds the last interval that begins at or before the address.
    @inlinable func interval4(_ number: UInt32) -> UInt32 {
        let head = Int(number >> 16)
        var start = unsafe Int(heads[head])
        var length = unsafe Int(heads[head &+ 1]) &- start &+ 1
        while length > 1 {
            let half = length >> 1
            let begin = unsafe intervals[start &+ half] >> 32
            start &+= begin <= UInt64(number) ? half : 0
            length &-= half
        }
        return unsafe UInt32(truncatingIfNeeded: intervals[start])
    }

    @inlinable func find6(_ address: IPAddress, _ hash: UInt64) -> UInt32 {
        let first = Int(((hash >> 32) &* UInt64(singleCounts.1)) >> 32)
        for probe in 0..<16 {  // SingleTable.probeMax
            let slot = unsafe singles6[first &+ probe]
            if slot.isEmpty { break }
            if slot.address == address { return slot.peerClass }
        }
        return interval6(address)
    }

    /// Finds the last interval that begins at or before `address`; the first one begins at `::`.
    @inlinable func interval6(_ address: IPAddress) -> UInt32 {
        var start = 0
        var length = startCount
        while length > 1 {
            let half = length >> 1
            let middle = unsafe starts[start &+ half]
            let isBefore = !(address < middle)
            start &+= isBefore ? half : 0
            length &-= half
        }
        return unsafe startClasses[start]
    }
}
