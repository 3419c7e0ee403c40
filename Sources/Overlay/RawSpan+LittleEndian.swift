extension RawSpan {
    /// The 32-bit integer in WireGuard's byte order at `offset`, which must lie inside.
    func littleEndian(at offset: Int) -> UInt32 {
        // Every bit pattern is an integer, and the load checks its bounds.
        UInt32(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}

extension LockedMemory {
    /// Stores a 32-bit integer in WireGuard's byte order at `offset`, where it must fit.
    mutating func storeLittleEndian(_ value: UInt32, at offset: Int) {
        for index in 0..<4 {
            self[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index))
        }
    }
}
