/// The text of a 32-byte key: base64 (RFC 4648 §4), 44 characters, as `wg` writes and reads it.
///
/// Neither way has a branch or a table index that depends on the key's bits, as in wireguard-tools'
/// `encoding.c`, for private keys pass here too.
package enum KeyText {
    /// How many bytes a key has.
    package static let byteCount = 32
    /// How many characters its text has.
    package static let characterCount = 44

    /// The 44 characters that stand for `key`, of 32 bytes.
    package static func encode(_ key: RawSpan) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(characterCount)
        for start in stride(from: 0, to: byteCount, by: 3) {
            let group = bits(of: key, from: start)
            for shift in [18, 12, 6, 0] as [UInt32] {
                text.append(character(group >> shift & 63))
            }
        }
        text[characterCount - 1] = UInt8(ascii: "=")
        return String(decoding: text, as: UTF8.self)
    }

    /// The 44 characters that stand for `key`, of 32 bytes.
    package static func encode(_ key: borrowing LockedMemory) -> String { encode(key.bytes) }

    /// Writes the key that `text` stands for to `key`; false if it stands for none. The two bits
    /// that no byte needs must be zero, so that a key has one text.
    package static func decode(_ text: String, into key: inout LockedMemory) -> Bool {
        let text = Array(text.utf8)
        guard text.count == characterCount, text[characterCount - 1] == UInt8(ascii: "=") else {
            return false
        }
        var faults: Int32 = 0
        for group in 0...10 {
            var bits: Int32 = 0
            for index in 0..<4 where group < 10 || index < 3 {
                let value = value(of: text[group * 4 + index])
                faults |= value
                bits |= (value & 63) << Int32(18 - 6 * index)
            }
            faults |= group == 10 ? -(bits & 0xff) : 0
            for index in 0..<3 where group < 10 || index < 2 {
                let byte = UInt8(truncatingIfNeeded: bits >> Int32(16 - 8 * index))
                key[group * 3 + index] = byte
            }
        }
        return faults >= 0
    }

    private static func bits(of key: RawSpan, from start: Int) -> UInt32 {
        (start..<start + 3).reduce(0) { bits, index in
            let byte =
                index < byteCount ? unsafe key.unsafeLoad(fromByteOffset: index, as: UInt8.self) : 0
            return bits << 8 | UInt32(byte)
        }
    }

    /// The character of a value below 64: each step adds the gap to the next range of ASCII.
    private static func character(_ value: UInt32) -> UInt8 {
        let value = Int32(truncatingIfNeeded: value)
        var code = value + 65  // A...Z
        code += (25 - value) >> 8 & 6  // a...z
        code -= (51 - value) >> 8 & 75  // 0...9
        code -= (61 - value) >> 8 & 15  // +
        code += (62 - value) >> 8 & 3  // /
        return UInt8(truncatingIfNeeded: code)
    }

    /// The value of a character, or -1: each term is nonzero within its range of ASCII only.
    private static func value(of character: UInt8) -> Int32 {
        let code = Int32(character)
        var value: Int32 = -1
        value += within(code, 65, 90) & (code - 64)
        value += within(code, 97, 122) & (code - 70)
        value += within(code, 48, 57) & (code + 5)
        value += within(code, 43, 43) & 63
        value += within(code, 47, 47) & 64
        return value
    }

    /// All bits if `code` lies in `low...high`, else none.
    private static func within(_ code: Int32, _ low: Int32, _ high: Int32) -> Int32 {
        ((low - 1 - code) & (code - high - 1)) >> 31
    }
}
