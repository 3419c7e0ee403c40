import Overlay
import Testing

@Suite struct KeyedBlake2sTests {
    private func code(_ key: [UInt8], _ text: [UInt8]) -> [UInt8] {
        KeyedBlake2s(key: key.raw).code(of: text.raw).withBytes { $0.array }
    }

    @Test("codes under keys of 16 and 32 bytes are those of Python's hashlib")
    func matchesOthers() {
        #expect(code([UInt8](0..<32), []) == bytes("9536f9b267655743dee97b8a670f9f53"))
        #expect(
            code([UInt8](0..<16), Array("abc".utf8)) == bytes("75296c2d2c0f51210b383f386bc8b1ff"))
    }

    @Test("texts of 0 to 299 bytes under keys of 1 to 32 bytes have the codes of Python's hashlib")
    func matchesOthersEverywhere() {
        let all = (0..<300).flatMap { count in
            let text = (0..<count).map { UInt8(truncatingIfNeeded: 7 * $0 + count) }
            return code([UInt8](0..<UInt8(1 + count % 32)), text)
        }
        let expected = "66c68618dea48430c2b18a1fef5d37aaf2e4625dbd08f75cbbb79c9a2717f7c0"
        #expect(Blake2s.hash(all.raw).bytes.array == bytes(expected))
    }

    @Test("one object gives the same code each time")
    func repeats() {
        let keyed = KeyedBlake2s(key: [UInt8](0..<32).raw)
        let first = keyed.code(of: [1, 2, 3].raw)
        #expect(!keyed.code(of: [1, 2].raw).equals(first))
        #expect(keyed.code(of: [1, 2, 3].raw).equals(first))
    }

    @Test("a message is vouched for until any bit up to the end of its code differs")
    func vouches() {
        let keyed = KeyedBlake2s(key: [UInt8](0..<32).raw)
        var message = [UInt8](repeating: 3, count: 40)
        keyed.code(of: Array(message[..<20]).raw).store(in: &message, at: 20)
        #expect(keyed.vouches(for: message, at: 20))
        for (bit, changed) in message.flips {
            #expect(keyed.vouches(for: changed, at: 20) == (bit >= 36 * 8), "bit \(bit)")
        }
        for offset in [-1, 0, 19, 21, 24, 25, 40, 1000] {
            #expect(!keyed.vouches(for: message, at: offset))
        }
    }
}
