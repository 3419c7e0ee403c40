import Overlay
import Testing

@Suite struct AEADTests: ~Copyable {
    private let aead = AEAD(key: [UInt8](0..<32).raw)!

    private func sealed(_ text: [UInt8], counter: UInt64) -> [UInt8] {
        var buffer = text + [UInt8](repeating: 0xaa, count: AEAD.tagByteCount)
        let isSealed = buffer.withUnsafeMutableBytes {
            aead.seal($0.baseAddress!, byteCount: text.count, counter: counter)
        }
        #expect(isSealed)
        return buffer
    }

    private func opened(_ sealed: [UInt8], counter: UInt64) -> [UInt8]? {
        var buffer = sealed + [0]  // never empty, so that there is an address
        let isAuthentic = buffer.withUnsafeMutableBytes {
            aead.open($0.baseAddress!, byteCount: sealed.count, counter: counter)
        }
        return isAuthentic ? Array(buffer.prefix(sealed.count - AEAD.tagByteCount)) : nil
    }

    private func text(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: 7 * $0 + count) }
    }

    @Test("texts of 0 to 2048 bytes are sealed as Python's cryptography 48 seals them")
    func sealsAsOthersDo() {
        let all = (0...2048).flatMap {
            sealed(text($0), counter: UInt64($0) &* 0x0102_0304_0506_0708)
        }
        let expected = "c4677d7479619115f3ad7ee5dba63ad724ab744d0b8445f9274aad475e9f0123"
        #expect(Blake2s.hash(all.raw).bytes.array == bytes(expected))
    }

    @Test("what was sealed is opened, for every length")
    func opensWhatItSealed() {
        for count in 0...2048 {
            let result = opened(sealed(text(count), counter: 1 << 60), counter: 1 << 60)
            #expect(result == text(count), "length \(count)")
        }
    }

    @Test("a text is refused when any bit of it or of its tag differs", arguments: [0, 1, 63, 130])
    func refusesFlips(count: Int) {
        for (bit, changed) in sealed(text(count), counter: 5).flips {
            #expect(opened(changed, counter: 5) == nil, "bit \(bit)")
        }
    }

    @Test("a text is refused under every counter that differs in one bit")
    func refusesOtherCounters() {
        let text = sealed(text(40), counter: 0x0123_4567_89ab_cdef)
        for bit in 0..<64 {
            #expect(opened(text, counter: 0x0123_4567_89ab_cdef ^ 1 << UInt64(bit)) == nil)
        }
    }

    @Test("a text is refused when it is shorter or longer")
    func refusesOtherLengths() {
        for changed in sealed(text(40), counter: 5).otherLengths {
            #expect(opened(changed, counter: 5) == nil, "length \(changed.count)")
        }
    }

    @Test("a refused text does not hinder the next one")
    func goesOnAfterRefusal() {
        let good = sealed(text(100), counter: 8)
        #expect(opened(sealed(text(100), counter: 7), counter: 8) == nil)
        #expect(opened([1, 2, 3], counter: 8) == nil)
        #expect(opened(good, counter: 8) == text(100))
    }

    @Test("a key of another length than 32 bytes is refused", arguments: [0, 1, 31, 33, 64])
    func refusesKeys(byteCount: Int) {
        let isMade = AEAD(key: [UInt8](repeating: 1, count: byteCount).raw) != nil
        #expect(!isMade)
    }

    @Test("lengths that libcrypto cannot count are refused before memory is touched")
    func refusesImpossibleLengths() {
        var byte: UInt8 = 0
        withUnsafeMutableBytes(of: &byte) {
            for byteCount in [-1, Int.min, Int.max, Int(Int32.max) + 17] {
                #expect(holds(!aead.seal($0.baseAddress!, byteCount: byteCount, counter: 0)))
                #expect(holds(!aead.open($0.baseAddress!, byteCount: byteCount, counter: 0)))
            }
        }
    }
}
