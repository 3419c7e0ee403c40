import Packet

extension ServiceSet {
    /// The services as rules write them: `tcp/80, udp`, or `any except tcp/22`; empty for all.
    package var words: [String] {
        if self == .all { return [] }
        let plain = ranges.flatMap(\.words)
        let excepted = complement.ranges.flatMap(\.words)
        return excepted.count < plain.count
            ? ["any except " + excepted.joined(separator: ", ")] : plain
    }
}

extension ServiceRange {
    /// The range cut at the borders of protocols, as rules write the parts.
    fileprivate var words: [String] {
        let numbers = first.ipProtocol.rawValue...last.ipProtocol.rawValue
        var words: [String] = []
        var whole: ClosedRange<UInt8>?
        func endWhole() {
            guard let protocols = whole else { return }
            words.append(Self.text(protocols))
            whole = nil
        }
        for number in numbers {
            let low = number == numbers.lowerBound ? first.detail : 0
            let high = number == numbers.upperBound ? last.detail : .max
            let ipProtocol = IPProtocol(rawValue: number)
            if low == 0, high == .max, !ipProtocol.isNamed {
                whole = (whole?.lowerBound ?? number)...number
            } else {
                endWhole()
                words.append(Self.text(ipProtocol, low, high))
            }
        }
        endWhole()
        return words
    }

    private static func text(_ protocols: ClosedRange<UInt8>) -> String {
        protocols.count == 1
            ? "proto/\(protocols.lowerBound)"
            : "proto/\(protocols.lowerBound)-\(protocols.upperBound)"
    }

    private static func text(_ ipProtocol: IPProtocol, _ low: UInt16, _ high: UInt16) -> String {
        if low == 0, high == .max { return "\(ipProtocol)" }
        let isICMP = ipProtocol == .icmp || ipProtocol == .icmpv6
        let (first, last) = isICMP ? (low >> 8, high >> 8) : (low, high)
        return first == last ? "\(ipProtocol)/\(first)" : "\(ipProtocol)/\(first)-\(last)"
    }
}

extension IPProtocol {
    /// Whether rules call it by name and know its ports or types.
    fileprivate var isNamed: Bool { [.tcp, .udp, .sctp, .icmp, .icmpv6].contains(self) }
}
