import Packet

/// Builds the exact-match table of a network's addresses: open addressing under a secret.
///
/// No address lies more than ``probeMax`` slots from its place: a table where one would is made
/// larger. So a look-up has a bound that no traffic can move.
struct HostTable {
    /// The most slots that a look-up reads.
    static let probeMax = 16

    private(set) var slots: [HostSlot]

    init(_ hosts: [IPAddress: PolicyWorld.Host], _ secret: HostSecret) {
        var count = 16
        while count < hosts.count * 4 { count *= 2 }
        slots = []
        repeat {
            slots = [HostSlot](repeating: .empty, count: count)
            count *= 2
        } while !insert(hosts, secret)
    }

    private mutating func insert(
        _ hosts: [IPAddress: PolicyWorld.Host], _ secret: HostSecret
    ) -> Bool {
        for (address, host) in hosts {
            let start = Int(truncatingIfNeeded: secret.hash(address))
            let places = (0..<Self.probeMax).map { (start &+ $0) & (slots.count - 1) }
            guard let free = places.first(where: { slots[$0].isEmpty }) else { return false }
            slots[free] = HostSlot(
                address: address, peerClass: UInt32(host.peerClass),
                prefixClass: UInt32(host.prefixClass))
        }
        return true
    }
}

/// One slot of a ``HostTable``.
@usableFromInline struct HostSlot: BitwiseCopyable {
    @usableFromInline let address: IPAddress
    @usableFromInline let peerClass: UInt32
    @usableFromInline let prefixClass: UInt32

    @usableFromInline static var empty: HostSlot {
        HostSlot(address: .init(high: 0, low: 0), peerClass: .max, prefixClass: .max)
    }

    @inlinable var isEmpty: Bool { peerClass == .max }

    @usableFromInline init(address: IPAddress, peerClass: UInt32, prefixClass: UInt32) {
        self.address = address
        self.peerClass = peerClass
        self.prefixClass = prefixClass
    }
}

/// The key of the host tables, drawn anew for each compilation: nobody can choose addresses that
/// collide.
@usableFromInline struct HostSecret: BitwiseCopyable, Sendable {
    @usableFromInline let first: UInt64
    @usableFromInline let second: UInt64
    @usableFromInline let third: UInt64

    /// A secret from the system's generator.
    init() {
        var random = SystemRandomNumberGenerator()
        first = random.next()
        second = random.next()
        third = random.next() | 1
    }

    @inlinable func hash(_ address: IPAddress) -> UInt64 {
        let inner = (address.high ^ first).multipliedFullWidth(by: address.low ^ second)
        let outer = (inner.high ^ inner.low ^ first).multipliedFullWidth(by: third)
        return outer.high ^ outer.low
    }
}
