extension IPv4Header {
    /// The fields of a header without options that the switch writes itself.
    struct Fields {
        var source: IPAddress
        var destination: IPAddress
        var ipProtocol: IPProtocol
        var totalByteCount: Int
    }

    /// Writes a header of `fields` with its checksum at `offset`, where 20 bytes must lie inside:
    /// time to live 64, don't fragment (so that the identification means nothing, RFC 6864 §4.1).
    static func store(_ fields: Fields, at offset: Int, in bytes: inout MutableRawSpan) {
        bytes.store(0x4500 as UInt16, at: offset)
        bytes.store(UInt16(truncatingIfNeeded: fields.totalByteCount), at: offset &+ 2)
        bytes.store(0x0000_4000 as UInt32, at: offset &+ 4)
        bytes.store(0x4000 | UInt16(fields.ipProtocol.rawValue), at: offset &+ 8)
        bytes.store(fields.source, at: offset &+ 12)
        bytes.store(fields.destination, at: offset &+ 16)
        storeChecksum(at: offset, in: &bytes)
    }

    /// Writes the checksum of the header without options at `offset`.
    package static func storeChecksum(at offset: Int, in bytes: inout MutableRawSpan) {
        storeChecksum(at: offset, byteCount: byteCountMin, in: &bytes)
    }

    /// Writes the checksum of the header of `byteCount` bytes at `offset`.
    package static func storeChecksum(
        at offset: Int, byteCount: Int, in bytes: inout MutableRawSpan
    ) {
        bytes.store(0 as UInt16, at: offset &+ 10)
        var sum = Checksum()
        sum.add(bytes.bytes.slice(offset, offset &+ byteCount))
        bytes.store(sum.value, at: offset &+ 10)
    }
}
