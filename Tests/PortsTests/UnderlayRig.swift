import Packet
import Ports

/// Two hosts on one wire, with addresses of both families.
struct UnderlayRig {
    let rig: NetworkRig
    let left: String
    let right: String

    /// What the ends listen on, and where the left one finds the right one.
    struct Path: CustomStringConvertible, Sendable {
        let description: String
        let left: String
        let right: String
        let destination: String
        let source: String
        let isIPv4: Bool
        /// The largest payload at an MTU of 1,500.
        var payloadByteCountMax: Int { isIPv4 ? 1_472 : 1_452 }
    }

    static let v4 = Path(
        description: "IPv4", left: "10.9.0.1", right: "10.9.0.2", destination: "10.9.0.2",
        source: "10.9.0.1", isIPv4: true)
    static let v6 = Path(
        description: "IPv6", left: "fd09::1", right: "fd09::2", destination: "fd09::2",
        source: "fd09::1", isIPv4: false)
    static let any4 = Path(
        description: "IPv4 between sockets of both families", left: "::", right: "::",
        destination: "10.9.0.2", source: "10.9.0.1", isIPv4: true)
    static let any6 = Path(
        description: "IPv6 between sockets of both families", left: "::", right: "::",
        destination: "fd09::2", source: "fd09::1", isIPv4: false)
    static let paths = [v4, v6, any4, any6]

    init(mtu: Int = 1_500) throws {
        rig = try NetworkRig()
        left = try rig.makeNamespace()
        right = try rig.makeNamespace()
        try rig.makePair((left, "wire0"), (right, "wire1"))
        for (name, device, number) in [(left, "wire0", 1), (right, "wire1", 2)] {
            try rig.ip(name, "link set lo up")
            try rig.ip(name, "link set \(device) mtu \(mtu)")
            try rig.ip(name, "addr add 10.9.0.\(number)/24 dev \(device)")
            try rig.ip(name, "addr add fd09::\(number)/64 dev \(device) nodad")
        }
        try introduce(left, "wire0", to: (right, "wire1"), as: 1)
        try introduce(right, "wire1", to: (left, "wire0"), as: 2)
    }

    /// Makes a host known: a long run would outgrow the queue for a neighbour that is looked for.
    private func introduce(
        _ name: String, _ device: String, to other: (name: String, device: String), as number: Int
    ) throws {
        guard let mac = try NetworkDevice.inspect(device, in: name).mac else { return }
        for address in ["10.9.0.\(number)", "fd09::\(number)"] {
            let words = "neigh add \(address) lladdr \(mac) dev \(other.device) nud permanent"
            try rig.ip(other.name, words)
        }
    }

    /// The ends of a path, and where the left one finds the right one.
    func open(
        _ path: Path, _ sender: UnderlayFeatures = .all, _ receiver: UnderlayFeatures = .all
    ) throws -> (left: UnderlayEnd, right: UnderlayEnd, destination: UnderlayAddress) {
        let leftEnd = try UnderlayEnd(path.left, in: left, sender)
        let rightEnd = try UnderlayEnd(path.right, in: right, receiver)
        return (leftEnd, rightEnd, try rightEnd.at(path.destination))
    }

    /// `count` bytes that differ from place to place.
    static func bytes(_ count: Int, seed: Int = 0) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8 &+ seed) }
    }

    /// `bytes` in pieces of `size`.
    static func cut(_ bytes: [UInt8], by size: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: size).map {
            Array(bytes[$0..<min($0 + size, bytes.count)])
        }
    }
}
