import Overlay
import Testing

@Suite struct PresharedKeyTests {
    @Test("the text leads back to the same key")
    func roundTrips() {
        let key = PresharedKey(random: SeededSource(seed: 5))
        #expect(holds(PresharedKey(base64: key.base64)?.equals(key) == true))
        #expect(PresharedKey(base64: "AAAA") == nil)
    }

    @Test("no key is 32 zero bytes, and differs from others")
    func zeroIsZero() {
        #expect(PresharedKey.zero.base64 == String(repeating: "A", count: 43) + "=")
        #expect(holds(!PresharedKey.zero.equals(PresharedKey(random: SeededSource(seed: 6)))))
    }

    @Test("no description shows the key")
    func hidesItself() {
        let key = PresharedKey(random: SeededSource(seed: 7))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped, "\([key])"] {
            #expect(!text.contains(key.base64))
        }
    }
}
