/// Cuts a pcapng stream that arrives in pieces of any size into whole blocks.
package struct PcapNGReader {
    /// The largest block that is taken, in bytes: a frame of 256 KiB and its options fit well.
    package static let blockByteCountMax = 1 << 20

    private var buffer: [UInt8] = []
    private var offset = 0
    private var isBigEndian = false

    /// Nothing has arrived yet.
    package init() {}

    /// Adds what has arrived.
    package mutating func append(_ bytes: [UInt8]) {
        buffer.removeFirst(offset)
        offset = 0
        buffer.append(contentsOf: bytes)
    }

    /// The next whole block, or nil until more has arrived.
    package mutating func next() throws(PcapNGError) -> PcapNGBlock? {
        guard buffer.count - offset >= 12 else { return nil }
        let head = Array(buffer[offset..<offset + 12])
        if PcapNGBlock(bytes: head, isBigEndian: false).kind == .sectionHeader {
            isBigEndian = try Self.order(head)
        } else if offset == 0, !hasSection {
            throw .notPcapNG
        }
        hasSection = true
        let length = PcapNGBlock(bytes: head, isBigEndian: isBigEndian).word(at: 4) ?? 0
        guard length >= 12, length % 4 == 0, length <= Self.blockByteCountMax else {
            throw .blockLength(Int(length))
        }
        guard buffer.count - offset >= Int(length) else { return nil }
        let bytes = Array(buffer[offset..<offset + Int(length)])
        offset += Int(length)
        let block = PcapNGBlock(bytes: bytes, isBigEndian: isBigEndian)
        guard block.word(at: Int(length) - 4) == length else { throw .blockLength(Int(length)) }
        return block
    }

    /// Whether everything that has arrived was cut into blocks.
    package var isAtBoundary: Bool { offset == buffer.count }

    /// Whether a section has begun.
    package private(set) var hasSection = false

    /// Whether a section is big-endian, by its byte-order magic.
    private static func order(_ head: [UInt8]) throws(PcapNGError) -> Bool {
        switch Array(head[8..<12]) {
        case [0x1A, 0x2B, 0x3C, 0x4D]: true
        case [0x4D, 0x3C, 0x2B, 0x1A]: false
        default: throw .notPcapNG
        }
    }
}

/// A stream is not what a capture's should be.
package enum PcapNGError: Error, Equatable {
    /// It does not begin with a section header.
    case notPcapNG
    /// A block says that it is this long, which cannot be.
    case blockLength(Int)
}
