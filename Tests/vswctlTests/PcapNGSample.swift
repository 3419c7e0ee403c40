import vswctl

/// Writes pcapng blocks in either byte order, independently of what reads them.
struct PcapNGSample {
    var isBigEndian = false

    func number<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        let ordered = isBigEndian ? value.bigEndian : value.littleEndian
        return withUnsafeBytes(of: ordered) { Array($0) }
    }

    func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
        let padded = body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
        let length = number(UInt32(padded.count + 12))
        return number(type) + length + padded + length
    }

    func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] {
        let padding = [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
        return number(code) + number(UInt16(value.count)) + value + padding
    }

    var section: [UInt8] {
        let magic = number(0x1A2B_3C4D as UInt32)
        return block(0x0A0D_0D0A, magic + number(UInt16(1)) + number(UInt16(0)) + number(Int64(-1)))
    }

    func interface(_ name: String, resolution: UInt8? = 9) -> [UInt8] {
        let options =
            option(2, Array(name.utf8)) + (resolution.map { option(9, [$0]) } ?? [])
            + option(0, [])
        return block(1, number(UInt16(1)) + number(UInt16(0)) + number(UInt32(0)) + options)
    }

    /// A packet of `bytes` at `ticks` with a comment and a direction (1 in, 2 out).
    func packet(
        _ interface: UInt32, _ ticks: UInt64, _ bytes: [UInt8], _ note: (String, UInt32)? = nil
    ) -> [UInt8] {
        let count = number(UInt32(bytes.count))
        let padding = [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
        let options =
            note.map {
                option(1, Array($0.0.utf8)) + option(2, number($0.1)) + option(0, [])
            } ?? []
        let time = number(UInt32(ticks >> 32)) + number(UInt32(truncatingIfNeeded: ticks))
        return block(6, number(interface) + time + count + count + bytes + padding + options)
    }

    func statistics(_ interface: UInt32) -> [UInt8] {
        block(5, number(interface) + number(UInt32(0)) + number(UInt32(0)))
    }

    /// The blocks of a whole stream.
    static func blocks(_ bytes: [UInt8]) throws -> [PcapNGBlock] {
        var reader = PcapNGReader()
        reader.append(bytes)
        var blocks: [PcapNGBlock] = []
        while let block = try reader.next() { blocks.append(block) }
        return blocks
    }
}
