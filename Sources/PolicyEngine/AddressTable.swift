import Packet

/// Finds the classes of an address: first among the hosts of its network, then in the tries that
/// all networks share.
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
    @usableFromInline let trie: UnsafePointer<UInt32>
    @usableFromInline let starts: UnsafePointer<IPAddress>
    @usableFromInline let startClasses: UnsafePointer<UInt32>
    @usableFromInline let startCount: Int
    @usableFromInline let peerClasses: UnsafePointer<UInt32>

    @inlinable func find(_ address: IPAddress, _ record: PortRecord) -> Classes {
        let place = UInt32(truncatingIfNeeded: secret.hash(address))
        for probe in 0..<16 as Range<UInt32> {  // HostTable.probeMax
            let index = record.hosts &+ ((place &+ probe) & record.hostMask)
            let slot = unsafe slots[Int(index)]
            if slot.isEmpty { break }
            if slot.address == address {
                return Classes(prefixClass: slot.prefixClass, peerClass: slot.peerClass)
            }
        }
        let prefixClass = address.isIPv4 ? ipv4Class(address) : ipv6Class(address)
        return unsafe Classes(prefixClass: prefixClass, peerClass: peerClasses[Int(prefixClass)])
    }

    @inlinable func ipv4Class(_ address: IPAddress) -> UInt32 {
        let number = UInt32(truncatingIfNeeded: address.low)
        var word = unsafe trie[Int(number >> 16)]
        if word >> 31 != 0 {
            word = unsafe trie[Int(word & 0x7fff_ffff &+ (number >> 8 & 0xff))]
        }
        if word >> 31 != 0 {
            word = unsafe trie[Int(word & 0x7fff_ffff &+ (number & 0xff))]
        }
        return word
    }

    /// Finds the last interval that begins at or before `address`; the first one begins at `::`.
    @inlinable func ipv6Class(_ address: IPAddress) -> UInt32 {
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
