import Packet
import PolicyEngine

/// SplitMix64: the same rules for the same seed, on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// The shapes of rule sets: three of ClassBench's families, micro-segmentation, and two hostile
/// ones (shared/design/firewall.md §2.1, §2.3).
enum Shape: String, CaseIterable {
    case micro, acl, fw, ipc, tse, nested
}

/// An IPv4 prefix.
struct Prefix {
    var address: UInt32
    var bitCount: Int

    var mask: UInt32 { bitCount == 0 ? 0 : UInt32.max << UInt32(32 - bitCount) }

    func holds(_ other: UInt32) -> Bool { (other ^ address) & mask == 0 }

    /// An address of the prefix.
    func draw(_ random: inout SeededRandom) -> UInt32 {
        address & mask | UInt32(truncatingIfNeeded: random.next()) & ~mask
    }

    var text: String {
        let octets = [24, 16, 8, 0].map { String((address & mask) >> $0 & 0xff) }
        return bitCount == 0 ? "any" : "cidr \(octets.joined(separator: "."))/\(bitCount)"
    }
}

/// A rule of five dimensions, without the source port, which our language does not know.
struct Sentence {
    var source: Prefix
    var destination: Prefix
    var ports: ClosedRange<UInt16>
    var isUDP = false
    var isAllowed = true

    /// The sentence; the receiver is `receiver`, where one is given.
    func text(to receiver: String?) -> String {
        let ipProtocol = isUDP ? "udp" : "tcp"
        let service =
            switch ports {
            case 0...UInt16.max: ipProtocol
            case _ where ports.count == 1: "\(ipProtocol)/\(ports.lowerBound)"
            default: "\(ipProtocol)/\(ports.lowerBound)-\(ports.upperBound)"
            }
        return "\(isAllowed ? "allow" : "deny") \(source.text) -> "
            + "\(receiver ?? destination.text) on \(service)"
    }
}

/// Draws rule sets.
struct RuleSet {
    var random: SeededRandom
    /// The hosts that rules name; micro-segmentation names some of them again and again.
    private var hosts: [UInt32] = []

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func draw(_ shape: Shape, _ count: Int) -> [Sentence] {
        hosts = (0..<max(count / 2, 16)).map { _ in
            0x0a00_0000 | UInt32(truncatingIfNeeded: random.next()) & 0xff_ffff
        }
        return switch shape {
        case .tse: explosion()
        case .nested: (0..<count).map { nested($0) }
        default: (0..<count).map { _ in sentence(shape) }
        }
    }

    private mutating func sentence(_ shape: Shape) -> Sentence {
        var (source, destination) = ends(shape)
        if shape == .fw, random.below(2) == 0 { swap(&source, &destination) }
        return Sentence(
            source: source, destination: destination, ports: ports(shape),
            isUDP: random.below(5) == 0, isAllowed: shape == .micro || random.below(4) > 0)
    }

    /// One third exact pairs of hosts; the rest /16 to /28 on one or both sides.
    private mutating func ends(_ shape: Shape) -> (Prefix, Prefix) {
        switch (shape, random.below(6)) {
        case (.micro, 0...1): (host(), host())
        case (.micro, 2...3): (host(), wide(16...28))
        case (.micro, 4): (wide(16...28), host())
        case (.micro, _): (wide(16...28), wide(16...28))
        case (.acl, 0): (wide(8...24), host())
        case (.acl, _): (wide(21...30), random.below(2) == 0 ? host() : wide(24...30))
        case (.fw, 0): (Prefix(address: 0, bitCount: 0), host())
        case (.fw, _): (wide(8...28), random.below(4) == 0 ? host() : wide(16...28))
        case (_, 0...1): (host(), host())
        case (_, 2): (wide(0...16), host())
        default: (wide(16...30), wide(16...30))
        }
    }

    private mutating func host() -> Prefix {
        Prefix(address: hosts[random.below(hosts.count)], bitCount: 32)
    }

    private mutating func wide(_ bits: ClosedRange<Int>) -> Prefix {
        let bitCount = bits.lowerBound + random.below(bits.count)
        var prefix = Prefix(address: hosts[random.below(hosts.count)], bitCount: bitCount)
        // Half of the prefixes lie elsewhere: not all of the world is one /8.
        if random.below(2) == 0 { prefix.address = UInt32(truncatingIfNeeded: random.next()) }
        prefix.address &= prefix.mask
        return prefix
    }

    private static let known: [UInt16] = [
        80, 443, 22, 53, 5432, 3306, 6379, 9092, 8080, 25, 123, 389, 636, 1433, 27017, 11211,
    ]

    /// 70 % a well-known port, 10 % a range, 10 % any, 10 % some other port.
    private mutating func ports(_ shape: Shape) -> ClosedRange<UInt16> {
        switch random.below(10) {
        case 0: return 0...UInt16.max
        case 1:
            let first = UInt16(random.below(60_000))
            return first...first + UInt16(1 + random.below(4_000))
        case 2:
            let port = UInt16(random.below(65_536))
            return port...port
        default:
            let port = Self.known[random.below(Self.known.count)]
            return port...port
        }
    }

    /// What a tuple space explodes on: every length of source prefix, of destination prefix and
    /// of port range with one bit turned, 32 x 16 x 16.
    private func explosion() -> [Sentence] {
        (0..<8_192).map { index in
            let source = turned(0x0a00_0001, bit: index % 32)
            let destination = turned(0x0a00_0002, bit: index / 32 % 16 + 16)
            let bit = UInt16(index / 512)
            let turned = 80 ^ 1 << (15 - bit) as UInt16
            let rest = (UInt16.max >> bit) >> 1
            return Sentence(
                source: source, destination: destination,
                ports: turned & ~rest...turned | rest, isAllowed: index % 3 > 0)
        }
    }

    private func turned(_ address: UInt32, bit: Int) -> Prefix {
        var prefix = Prefix(
            address: address ^ 1 << UInt32(31 - bit), bitCount: bit + 1)
        prefix.address &= prefix.mask
        return prefix
    }

    /// Prefixes within prefixes, some twenty levels deep.
    private mutating func nested(_ index: Int) -> Sentence {
        let host = hosts[index / 24 % hosts.count]
        var source = Prefix(address: host, bitCount: 9 + index % 24)
        source.address &= source.mask
        return Sentence(
            source: source, destination: Prefix(address: 0, bitCount: 0), ports: ports(.nested),
            isAllowed: random.below(3) > 0)
    }
}
