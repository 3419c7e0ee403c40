extension RawSpan {
    /// The integer in network byte order at `offset`, which must lie inside: callers check first.
    @inlinable package func bigEndian<T: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int, as type: T.Type = T.self
    ) -> T {
        // Every bit pattern is an integer, and the load checks its bounds.
        T(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: type))
    }

    /// The MAC address at `offset`, of which 6 bytes must lie inside.
    @inlinable package func macAddress(at offset: Int) -> MACAddress {
        let upper: UInt32 = bigEndian(at: offset)
        let lower: UInt16 = bigEndian(at: offset &+ 4)
        return MACAddress(rawValue: UInt64(upper) << 16 | UInt64(lower))
    }

    /// The IPv4 address at `offset`, of which 4 bytes must lie inside.
    @inlinable package func ipv4Address(at offset: Int) -> IPv4Address {
        IPv4Address(rawValue: bigEndian(at: offset))
    }

    /// The IPv6 address at `offset`, of which 16 bytes must lie inside.
    @inlinable package func ipv6Address(at offset: Int) -> IPAddress {
        IPAddress(high: bigEndian(at: offset), low: bigEndian(at: offset &+ 8))
    }

    /// The bytes from `offset` to `end`, cut to what is there; never traps.
    @inlinable @_lifetime(copy self) package func slice(_ offset: Int, _ end: Int) -> RawSpan {
        extracting(first: max(end, 0)).extracting(droppingFirst: max(offset, 0))
    }
}

extension MutableRawSpan {
    /// Stores an integer in network byte order at `offset`, which must lie inside.
    @inlinable package mutating func store<T: FixedWidthInteger & BitwiseCopyable>(
        _ value: T, at offset: Int
    ) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: T.self)
    }

    /// Stores a MAC address at `offset`, where 6 bytes must lie inside.
    @inlinable package mutating func store(_ address: MACAddress, at offset: Int) {
        store(UInt32(truncatingIfNeeded: address.rawValue >> 16), at: offset)
        store(UInt16(truncatingIfNeeded: address.rawValue), at: offset &+ 4)
    }

    /// Stores an IP address in its own family's form at `offset`: 4 or 16 bytes must lie inside.
    @inlinable package mutating func store(_ address: IPAddress, at offset: Int) {
        if let ipv4 = address.ipv4 {
            store(ipv4.rawValue, at: offset)
        } else {
            store(address.high, at: offset)
            store(address.low, at: offset &+ 8)
        }
    }
}

extension MutableRawSpan {
    /// Copies `source` to `offset`, where it must fit.
    @inlinable package mutating func store(_ source: RawSpan, at offset: Int) {
        let end = offset &+ source.byteCount
        precondition(offset >= 0 && end <= byteCount)
        unsafe withUnsafeMutableBytes { target in
            unsafe source.withUnsafeBytes { source in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                unsafe (to + offset).copyMemory(from: from, byteCount: source.count)
            }
        }
    }
}
