import Overlay
import Testing

@Suite struct KeyTextTests {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private func decode(_ text: String) -> [UInt8]? {
        var key = LockedMemory(byteCount: 32)
        return KeyText.decode(text, into: &key) ? key.bytes.array : nil
    }

    /// RFC 4648 §4 by table.
    private func naive(_ key: [UInt8]) -> String {
        let bits = (key + [0]).flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
        let characters = stride(from: 0, to: 258, by: 6).map { start in
            Self.alphabet[Int(bits[start..<start + 6].reduce(0) { $0 << 1 | $1 })]
        }
        return String(decoding: characters + [UInt8(ascii: "=")], as: UTF8.self)
    }

    @Test("keys are written as by a table, and read again")
    func agreesWithTable() {
        let random = SeededSource(seed: 1)
        for round in 0..<500 {
            let key = LockedMemory(random: random).bytes.array
            let text = KeyText.encode(key.raw)
            #expect(text == naive(key), "seed 1, round \(round)")
            #expect(decode(text) == key, "seed 1, round \(round)")
        }
    }

    @Test("the edges of the alphabet are written and read", arguments: [0, 0xff, 0xfb, 0x69])
    func handlesEdges(byte: UInt8) {
        let key = [UInt8](repeating: byte, count: 32)
        #expect(KeyText.encode(key.raw) == naive(key))
        #expect(decode(naive(key)) == key)
    }

    @Test("in every place each byte outside the alphabet is refused, and no byte within")
    func refusesForeignCharacters() {
        for place in 0..<42 {
            for character in UInt8(0)..<128 {
                var text = [UInt8](repeating: UInt8(ascii: "A"), count: 43) + [UInt8(ascii: "=")]
                text[place] = character
                let isRead = decode(String(decoding: text, as: UTF8.self)) != nil
                #expect(isRead == Self.alphabet.contains(character), "\(character) at \(place)")
            }
        }
    }

    @Test("the last character has two bits that no byte needs: they must be zero")
    func refusesSecondSpelling() {
        for (value, character) in Self.alphabet.enumerated() {
            let text = String(repeating: "A", count: 42) + String(UnicodeScalar(character)) + "="
            #expect((decode(text) != nil) == (value % 4 == 0), "\(text)")
        }
    }

    @Test(
        "texts of other lengths and shapes are refused",
        arguments: [
            "", "=", String(repeating: "A", count: 44), String(repeating: "A", count: 43),
            String(repeating: "A", count: 42) + "==", String(repeating: "A", count: 44) + "=",
            " " + String(repeating: "A", count: 43) + "=",
            String(repeating: "A", count: 43) + "=\n",
            String(repeating: "é", count: 21) + "A=",
        ])
    func refusesShapes(text: String) {
        #expect(decode(text) == nil)
    }
}
