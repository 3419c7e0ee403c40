import Overlay
import Testing

/// What it seals and opens is in ``TransportCipherTests``, beside the other library.
@Suite struct AEADTests {
    @Test("a key of another length than 32 bytes is refused", arguments: [0, 1, 31, 33, 64])
    func refusesKeys(byteCount: Int) {
        let isMade = AEAD(key: [UInt8](repeating: 1, count: byteCount).raw) != nil
        #expect(!isMade)
    }

    @Test("lengths that libcrypto cannot count are refused before memory is touched")
    func refusesImpossibleLengths() {
        var byte: UInt8 = 0
        let aead = AEAD(key: [UInt8](0..<32).raw)!
        withUnsafeMutableBytes(of: &byte) {
            for byteCount in [-1, Int.min, Int.max, Int(Int32.max) + 17] {
                #expect(holds(!aead.seal($0.baseAddress!, byteCount: byteCount, counter: 0)))
                #expect(holds(!aead.open($0.baseAddress!, byteCount: byteCount, counter: 0)))
            }
        }
    }
}
