import Foundation

/// A packet of a capture as `vswctl` prints it; decoded no further than its block.
package struct CapturedPacket: Codable, Sendable, Equatable {
    /// When it was taken, in nanoseconds since 1970.
    package var nanoseconds: UInt64
    /// The device.
    package var device: String
    /// `in` came from the device into the switch, `out` went to it; nil if the block does not say.
    package var direction: String?
    /// The frame's length in bytes.
    package var length: Int
    /// The block's comment: verdict and rule.
    package var comment: String?

    /// Creates a packet that says no more than when, where and how long.
    package init(_ nanoseconds: UInt64, device: String, length: Int) {
        self.nanoseconds = nanoseconds
        self.device = device
        self.length = length
    }

    /// The packet as a line: local time, device, direction, length, comment.
    package var line: String {
        let way = direction.map { $0 == "in" ? "in " : $0 } ?? "-  "
        let text = "\(clock) \(device) \(way) \(length) B"
        return (comment.map { "\(text)  \($0)" } ?? text).printable + "\n"
    }

    /// The time of day here, to the nanosecond.
    private var clock: String {
        let seconds = Int(nanoseconds / 1_000_000_000)
        let moment = Date(timeIntervalSince1970: Double(seconds))
        let local = (seconds + TimeZone.current.secondsFromGMT(for: moment)) % 86_400
        let fields = [local / 3_600, local / 60 % 60, local % 60].map { Self.pad($0, 2) }
        let fraction = Self.pad(Int(nanoseconds % 1_000_000_000), 9)
        return fields.joined(separator: ":") + "." + fraction
    }

    private static func pad(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// Reads packets from the blocks of one stream, whose interfaces it remembers.
package struct PacketDecoder {
    private struct Interface {
        let name: String
        let resolution: UInt8
    }

    private var interfaces: [Interface] = []

    /// No interface is known yet.
    package init() {}

    /// The packet in `block`; nil when the block is not a packet, or is malformed.
    package mutating func decode(_ block: PcapNGBlock) -> CapturedPacket? {
        switch block.kind {
        case .interfaceDescription:
            interfaces.append(Self.interface(block))
            return nil
        case .enhancedPacket:
            return packet(block)
        case .sectionHeader:
            interfaces = []
            return nil
        case .interfaceStatistics, nil:
            return nil
        }
    }

    /// The interface description block (§4.2): if_tsresol is option 9.
    private static func interface(_ block: PcapNGBlock) -> Interface {
        Interface(
            name: block.interfaceName ?? "?", resolution: block.option(9, from: 16)?.first ?? 6)
    }

    /// The enhanced packet block (§4.3): opt_comment is option 1, epb_flags option 2.
    private func packet(_ block: PcapNGBlock) -> CapturedPacket? {
        guard let number = block.interface, number < interfaces.count,
            let high = block.word(at: 12), let low = block.word(at: 16),
            let kept = block.word(at: 20), let length = block.word(at: 24)
        else { return nil }
        let interface = interfaces[Int(number)]
        let options = 28 + (Int(kept) + 3) / 4 * 4
        let comment = block.option(1, from: options).map { String(decoding: $0, as: UTF8.self) }
        let ticks = UInt64(high) << 32 | UInt64(low)
        var packet = CapturedPacket(
            Self.nanoseconds(ticks, interface.resolution), device: interface.name,
            length: Int(length))
        packet.direction = direction(block, options)
        packet.comment = comment
        return packet
    }

    private func direction(_ block: PcapNGBlock, _ options: Int) -> String? {
        guard let flags = block.option(2, from: options), flags.count == 4 else { return nil }
        let low = block.isBigEndian ? flags[flags.endIndex - 1] : flags[flags.startIndex]
        return [1: "in", 2: "out"][low & 3]
    }

    /// Ticks of 10^-n s, or of 2^-n s if the top bit is set (if_tsresol), in nanoseconds.
    private static func nanoseconds(_ ticks: UInt64, _ resolution: UInt8) -> UInt64 {
        let exponent = Int(resolution & 0x7F)
        let billion: UInt64 = 1_000_000_000
        guard resolution & 0x80 == 0 else {
            guard exponent < 64 else { return 0 }
            let (high, low) = ticks.multipliedFullWidth(by: billion)
            return exponent == 0 ? low : high << (64 - exponent) | low >> exponent
        }
        let scale = (0..<abs(9 - exponent)).reduce(UInt64(1)) { power, _ in power &* 10 }
        if exponent > 9 { return scale == 0 ? 0 : ticks / scale }
        return ticks &* scale
    }
}
