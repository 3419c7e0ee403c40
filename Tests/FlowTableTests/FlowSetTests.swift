import FlowTable
import Testing

@Suite struct FlowSetTests {
    /// Lends out an empty set.
    private func withSet(_ body: (FlowSet) -> Void) {
        let line = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
        line.initializeMemory(as: UInt8.self, repeating: 0, count: 64)
        defer { line.deallocate() }
        body(FlowSet(line))
    }

    private func ways(_ mask: WayMask) -> [Int] {
        var (mask, ways) = (mask, [Int]())
        while !mask.isEmpty {
            ways.append(mask.lowest)
            mask.removeLowest()
        }
        return ways
    }

    @Test("no way with the tag is missing, and the lowest is exact, for every tag and neighbour")
    func tagsAgainstLoop() {
        withSet { set in
            var generator = SeededGenerator(seed: 3)
            for round in 0..<20_000 {
                let tags = (0..<8).map { _ in UInt8.random(in: 0...3, using: &generator) }
                for way in 0..<8 { set.setTag(tags[way], way: way) }
                let wanted = UInt8(round & 3)
                let expected = (0..<8).filter { tags[$0] == wanted }
                let found = ways(set.ways(tagged: wanted))
                #expect(Set(expected).isSubset(of: Set(found)), "seed 3, round \(round)")
                #expect(found.first == expected.first, "seed 3, round \(round)")
            }
        }
    }

    @Test("a tag is never that of a free way")
    func tagIsNotZero() {
        for byte in 0...255 as ClosedRange<UInt64> { #expect(FlowSet.tag(byte << 56) != 0) }
        #expect(FlowSet.tag(0xab << 56) == 0xab)
    }

    @Test("a free way is vacant, then one of another generation, then none")
    func vacancy() {
        withSet { set in
            for way in 0..<8 {
                #expect(set.vacantWay(generation: 5) == way)
                set.setTag(9, way: way)
                set.setGeneration(5, way: way)
            }
            #expect(set.vacantWay(generation: 5) == nil)
            set.setGeneration(4, way: 6)
            #expect(set.vacantWay(generation: 5) == 6)
            #expect((0..<8).map(set.generation) == [5, 5, 5, 5, 5, 5, 4, 5])
        }
    }

    @Test("the clock does as a hand that walks and clears bits")
    func clockAgainstLoop() {
        withSet { set in
            var (hand, bits) = (0, [Bool](repeating: false, count: 8))
            var generator = SeededGenerator(seed: 4)
            for round in 0..<10_000 {
                for _ in 0..<Int.random(in: 0...9, using: &generator) {
                    let way = Int.random(in: 0..<8, using: &generator)
                    set.touch(way: way)
                    bits[way] = true
                }
                while bits[hand] {
                    bits[hand] = false
                    hand = (hand + 1) % 8
                }
                #expect(set.clockWay() == hand, "seed 4, round \(round)")
                hand = (hand + 1) % 8
                #expect(bits == (0..<8).map { set.referenced >> UInt8($0) & 1 == 1 })
            }
        }
    }

    @Test("tags, bits and generations do not overlap")
    func fieldsAreApart() {
        withSet { set in
            for way in 0..<8 { set.setTag(0xff, way: way) }
            #expect(set.referenced == 0 && set.generation(way: 0) == 0)
            for way in 0..<8 { set.touch(way: way) }
            #expect(set.generation(way: 0) == 0 && set.tags == .max)
            for way in 0..<8 { set.setGeneration(.max, way: way) }
            set.forget(way: 3)
            #expect(set.referenced == 0xf7 && set.tags == .max && set.isTaken(way: 7))
        }
    }
}
