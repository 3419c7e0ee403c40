extension NeighborDiscovery {
    /// The link-layer address options of a message (RFC 4861 §4.6.1); zero where there is none.
    @usableFromInline struct Options: Sendable, BitwiseCopyable {
        @usableFromInline var source = MACAddress.zero
        @usableFromInline var target = MACAddress.zero

        /// More options than any sound message carries cost their sender the message.
        static let countMax = 32

        /// Walks `bytes`; nil when a length is zero or runs beyond the end, when there are too many
        /// options, or when a link-layer address is malformed or given twice (receivers differ in
        /// which of two they believe).
        init?(_ bytes: RawSpan) {
            var rest = bytes.byteCount
            for _ in 0..<Self.countMax {
                if rest == 0 { return }
                guard let byteCount = read(bytes.extracting(last: rest)) else { return nil }
                rest &-= byteCount
            }
            if rest != 0 { return nil }
        }

        /// Reads the option at the front of `bytes` and returns its size, or nil if it is
        /// malformed.
        private mutating func read(_ bytes: RawSpan) -> Int? {
            guard bytes.byteCount >= 8 else { return nil }
            let type: UInt8 = bytes.bigEndian(at: 0)
            let byteCount = Int(bytes.bigEndian(at: 1, as: UInt8.self)) << 3
            guard byteCount != 0, byteCount <= bytes.byteCount else { return nil }
            if type == 1 || type == 2 {
                let address = bytes.macAddress(at: 2)
                guard byteCount == 8, address.isUnicast, setLinkLayer(type, address) else {
                    return nil
                }
            }
            return byteCount
        }

        /// Keeps a link-layer address; false when there is one of this type already.
        private mutating func setLinkLayer(_ type: UInt8, _ address: MACAddress) -> Bool {
            if type == 1 {
                guard source == .zero else { return false }
                source = address
            } else {
                guard target == .zero else { return false }
                target = address
            }
            return true
        }
    }
}
