import Overlay

/// The reserve of this host's handshake timestamps in the state directory, `overlay.tai64n`: what a
/// restarted daemon begins above, so that peers take its handshakes though the clock went back.
///
/// - Shape: 24 hexadecimal digits, the 12 bytes of the label, and a newline.
package struct HandshakeClockFile: Sendable {
    private let file: PrivateFile

    /// The file in this state directory.
    package init(in directory: String) {
        file = PrivateFile("overlay.tai64n", in: directory)
    }

    /// The last reserve; nil when there was none yet.
    package func load() throws(PrivateFileError) -> TAI64N? {
        guard let bytes = try file.read() else { return nil }
        let digits = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
        let values = digits.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 2 * TAI64N.byteCount, values.count == digits.count else {
            throw PrivateFileError(
                file.path,
                "holds no timestamp: remove it, and handshakes begin at the clock's time")
        }
        let label = (0..<TAI64N.byteCount).map { UInt8(values[2 * $0] << 4 | values[2 * $0 + 1]) }
        return TAI64N(bytes: label)
    }

    /// Writes a reserve down; it is on the disk when this returns.
    package func store(_ reserve: TAI64N) throws(PrivateFileError) {
        let digits = reserve.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        try file.write(Array("\(digits)\n".utf8))
    }
}
