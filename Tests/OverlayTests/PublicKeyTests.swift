import Overlay
import Testing

@Suite struct PublicKeyTests {
    @Test("bytes and text lead back to the same key")
    func roundTrips() {
        let random = SeededSource(seed: 2)
        for round in 0..<100 {
            let key = LockedMemory(random: random).bytes.array
            let read = PublicKey(bytes: key)!
            #expect(read.bytes == key, "seed 2, round \(round)")
            #expect(PublicKey(base64: read.base64) == read, "seed 2, round \(round)")
            #expect(read.description == read.base64)
        }
    }

    @Test("keys that differ in one bit are different keys")
    func distinguishes() {
        let key = [UInt8](1...32)
        for (bit, other) in key.flips {
            #expect(PublicKey(bytes: other) != PublicKey(bytes: key), "bit \(bit)")
        }
    }

    @Test("bytes of another length than 32 are no key")
    func refusesLengths() {
        for other in [UInt8](1...32).otherLengths { #expect(PublicKey(bytes: other) == nil) }
        #expect(PublicKey([UInt8](1...31).raw) == nil)
        #expect(PublicKey([UInt8](1...40).raw) == PublicKey(bytes: [UInt8](1...32)))
    }
}
