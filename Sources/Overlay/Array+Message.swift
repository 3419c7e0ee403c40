import Packet

extension [UInt8] {
    /// The bytes, to be read in place.
    var octets: RawSpan {
        // Integers have no padding: every byte is initialised.
        @_lifetime(borrow self) get { unsafe span.bytes }
    }

    /// Stores `source` at `offset`, where it must fit.
    mutating func store(_ source: RawSpan, at offset: Int) {
        var span = mutableSpan
        // Every bit pattern is an integer.
        var bytes = unsafe span.mutableBytes
        bytes.store(source, at: offset)
    }

    /// Stores the 32 bytes of `key` at `offset`, where they must fit.
    mutating func store(_ key: PublicKey, at offset: Int) {
        key.withBytes { store($0, at: offset) }
    }

    /// Stores an integer in WireGuard's byte order at `offset`, where it must fit.
    mutating func storeLittleEndian(_ value: UInt32, at offset: Int) {
        for index in 0..<4 {
            self[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index))
        }
    }
}
