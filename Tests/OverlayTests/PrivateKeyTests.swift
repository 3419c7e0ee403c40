import Overlay
import Testing

@Suite struct PrivateKeyTests {
    @Test("the public key is the one of RFC 7748 §6.1")
    func derivesPublicKey() {
        let alice = PrivateKey(
            bytes: bytes("77076d0a7318a57d3c16c17251b26645df4b3c4ba3d1a4d0c9f2b0e5b0b1f5c2").raw)
        #expect(alice != nil)
        let bob = PrivateKey(
            bytes: bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb").raw)!
        let expected = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
        #expect(bob.publicKey.bytes == bytes(expected))
    }

    @Test("the text is that of `wg genkey`: clamped, and read back to the same key")
    func roundTrips() {
        let random = SeededSource(seed: 3)
        for round in 0..<50 {
            let key = PrivateKey(random: random)
            let again = PrivateKey(base64: key.base64)!
            #expect(again.publicKey == key.publicKey, "seed 3, round \(round)")
            #expect(again.base64 == key.base64, "seed 3, round \(round)")
        }
        let ones = PrivateKey(bytes: [UInt8](repeating: 0xff, count: 32).raw)!
        #expect(ones.base64 == "+P" + String(repeating: "/", count: 39) + "38=")
    }

    @Test("no description shows the key")
    func hidesItself() {
        let key = PrivateKey(random: SeededSource(seed: 4))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped, "\([key])"] {
            #expect(!text.contains(key.base64) && text.contains("PrivateKey"), "\(text)")
        }
        #expect("\(key)".contains(key.publicKey.base64))
    }

    @Test("foreign bytes and texts of other lengths are no key")
    func refusesLengths() {
        for count in [0, 31, 33] {
            let isKey = PrivateKey(bytes: [UInt8](repeating: 1, count: count).raw) != nil
            #expect(!isKey)
        }
        #expect(PrivateKey(base64: "nonsense") == nil)
    }
}
