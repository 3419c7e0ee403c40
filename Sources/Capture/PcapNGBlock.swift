/// A pcapng block while it is written (draft-ietf-opsawg-pcapng §3.1), in little-endian order:
/// type, total length, body, options, total length again; padded to 32 bits throughout.
package struct PcapNGBlock {
    /// The kinds of block that are written (§10.1).
    package enum Kind: UInt32 {
        case sectionHeader = 0x0a0d_0d0a
        case interfaceDescription = 1
        case interfaceStatistics = 5
        case enhancedPacket = 6
    }

    /// The longest option that fits its 16-bit length and padding.
    package static let optionByteCountMax = 65_532

    package private(set) var bytes: [UInt8] = []
    private var hasOptions = false

    /// A block of `kind` with room for `bodyByteCount` bytes, so that it need not grow.
    package init(_ kind: Kind, bodyByteCount: Int = 0) {
        bytes.reserveCapacity(bodyByteCount + 256)
        append(kind.rawValue)
        append(UInt32(0))  // the length, known at the end
    }

    /// Adds an integer of the body.
    package mutating func append<Integer: FixedWidthInteger>(_ value: Integer) {
        var rest = value
        for _ in 0..<(Integer.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// Adds the first `count` of `data`, padded; gives the offset in ``bytes`` where they begin.
    @discardableResult
    package mutating func append(_ data: RawSpan, count: Int) -> Int {
        let start = bytes.count
        unsafe data.extracting(first: count).withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        pad()
        return start
    }

    /// Overwrites two bytes at `offset` with `value` in network order.
    package mutating func store(bigEndian value: UInt16, at offset: Int) {
        bytes[offset] = UInt8(truncatingIfNeeded: value >> 8)
        bytes[offset + 1] = UInt8(truncatingIfNeeded: value)
    }

    /// Adds the option `code` (§3.5), cut to what an option can hold.
    package mutating func appendOption(_ code: UInt16, _ value: some Collection<UInt8>) {
        let value = value.prefix(Self.optionByteCountMax)
        hasOptions = true
        append(code)
        append(UInt16(value.count))
        bytes.append(contentsOf: value)
        pad()
    }

    /// Adds the option `code` with a text; an empty one is left out.
    package mutating func appendOption(_ code: UInt16, text: String) {
        guard !text.isEmpty else { return }
        var text = Substring(text)
        while text.utf8.count > Self.optionByteCountMax { text.removeLast() }
        appendOption(code, text.utf8)
    }

    /// Adds the option `code` with a 64-bit count.
    package mutating func appendOption(_ code: UInt16, count: UInt64) {
        appendOption(code, (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) })
    }

    /// Adds the option `code` with a time stamp: the high 32 bits, then the low ones (§4.6).
    package mutating func appendOption(_ code: UInt16, timestamp: UInt64) {
        appendOption(code, count: timestamp << 32 | timestamp >> 32)
    }

    /// Ends the options and writes both lengths; the block is complete after it.
    package consuming func finished() -> [UInt8] {
        if hasOptions { append(UInt32(0)) }  // opt_endofopt
        let length = UInt32(bytes.count + 4)
        append(length)
        for index in 0..<4 {
            bytes[4 + index] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(index)))
        }
        return bytes
    }

    private mutating func pad() {
        while bytes.count % 4 != 0 { bytes.append(0) }
    }
}
