/// One block of a pcapng stream (draft-ietf-opsawg-pcapng §3.1): type, length, body, length again.
package struct PcapNGBlock: Sendable, Equatable {
    /// The block types that are read here; others pass through as they are.
    package enum Kind: UInt32, Sendable {
        case sectionHeader = 0x0A0D_0D0A
        case interfaceDescription = 1
        case interfaceStatistics = 5
        case enhancedPacket = 6
    }

    /// The whole block, length fields included.
    package private(set) var bytes: [UInt8]
    /// The byte order of the section that it belongs to.
    package let isBigEndian: Bool

    /// Wraps a whole block; the reader has checked its length, which is at least 12.
    init(bytes: [UInt8], isBigEndian: Bool) {
        self.bytes = bytes
        self.isBigEndian = isBigEndian
    }

    /// What the block is; nil for a type that is not read here.
    package var kind: Kind? { Kind(rawValue: word(at: 0) ?? 0) }

    /// The interface that a packet or a statistics block belongs to: its number in the section.
    package var interface: UInt32? { word(at: 8) }

    /// Makes the block belong to another interface; `offset` 8 is where both kinds keep it.
    mutating func setInterface(_ number: UInt32) {
        for index in 0..<4 {
            let shift = UInt32(isBigEndian ? 24 - 8 * index : 8 * index)
            bytes[8 + index] = UInt8(truncatingIfNeeded: number >> shift)
        }
    }

    /// The 32-bit number at `offset`, or nil beyond the block's end.
    package func word(at offset: Int) -> UInt32? {
        guard offset >= 0, offset + 4 <= bytes.count else { return nil }
        let octets = bytes[offset..<offset + 4].map { UInt32($0) }
        let ordered = isBigEndian ? octets : octets.reversed()
        return ordered.reduce(0) { $0 << 8 | $1 }
    }

    /// The value of the first option `code` in the options that begin at `offset`.
    package func option(_ code: UInt16, from offset: Int) -> ArraySlice<UInt8>? {
        var position = offset
        let end = bytes.count - 4
        while let found = short(at: position), let length = short(at: position + 2), found != 0 {
            let start = position + 4
            guard start + Int(length) <= end else { return nil }
            if found == code { return bytes[start..<start + Int(length)] }
            position = start + (Int(length) + 3) / 4 * 4
        }
        return nil
    }

    /// The name that an interface description block (§4.2) gives: if_name, which is option 2.
    var interfaceName: String? {
        option(2, from: 16).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The 16-bit number at `offset`, or nil where the body has ended.
    private func short(at offset: Int) -> UInt16? {
        guard offset >= 0, offset + 2 <= bytes.count - 4 else { return nil }
        let (first, second) = (UInt16(bytes[offset]), UInt16(bytes[offset + 1]))
        return isBigEndian ? first << 8 | second : second << 8 | first
    }
}
