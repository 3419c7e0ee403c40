import Overlay
import Testing

@Suite struct TAI64NTests {
    @Test("1970 and a later moment have the labels of libtai")
    func labels() {
        #expect(TAI64N(wall: 0).bytes == bytes("400000000000000a 00000000"))
        // 2023-11-14 22:13:20.123456789 UTC, with the 10 s that WireGuard adds.
        let label = TAI64N(wall: 1_700_000_000_123_456_789)
        #expect(label.bytes == bytes("400000006553f10a 075bcd15"))
        #expect(TAI64N(wall: .max).bytes.count == 12)
    }

    @Test("bytes lead back to the same label, whatever they are")
    func roundTrips() {
        for text in [bytes("ffffffffffffffffffffffff"), bytes("000000000000000000000001")] {
            #expect(TAI64N(bytes: text)?.bytes == text)
        }
        for other in [UInt8](1...12).otherLengths { #expect(TAI64N(bytes: other) == nil) }
    }

    @Test("labels compare as their bytes do")
    func compares() {
        let random = SeededSource(seed: 8)
        for round in 0..<1000 {
            // Few different bytes, so that many labels share a beginning.
            let pair = (0..<2).map { _ in (0..<12).map { _ in random.next(UInt8.self) % 2 } }
            let isBelow = pair[0].lexicographicallyPrecedes(pair[1])
            let labels = pair.map { TAI64N(bytes: $0)! }
            #expect((labels[0] < labels[1]) == isBelow, "seed 8, round \(round)")
            #expect((labels[0] == labels[1]) == (pair[0] == pair[1]), "seed 8, round \(round)")
        }
    }
}
