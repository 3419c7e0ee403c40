/// The bytes that hexadecimal `text` stands for; spaces and line breaks do not count.
func bytes(_ text: String) -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }.map { UInt8($0.hexDigitValue!) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

extension RawSpan {
    /// A copy of the bytes.
    var array: [UInt8] { withUnsafeBytes(Array.init) }
}

extension [UInt8] {
    /// The bytes, to be read in place.
    var raw: RawSpan {
        @_lifetime(borrow self) get { span.bytes }
    }

    /// Every array that differs in one bit.
    var flips: [(bit: Int, bytes: [UInt8])] {
        (0..<count * 8).map { bit in
            var changed = self
            changed[bit / 8] ^= 1 << (bit % 8)
            return (bit, changed)
        }
    }

    /// Every shorter beginning, and three longer arrays.
    var otherLengths: [[UInt8]] {
        (0..<count).map { Array(self[..<$0]) } + [self + [0], self + [0, 0, 0, 0], self + self]
    }
}
