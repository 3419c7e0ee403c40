import FlowTable
import Packet
import Testing

@Suite struct FlowKeyTests {
    @Test("a key is 48 bytes that are all defined")
    func layout() {
        #expect(MemoryLayout<FlowKey>.size == 48)
        #expect(MemoryLayout<FlowKey>.stride == 48)
        #expect(MemoryLayout<FlowKey>.alignment == 8)
        let bytes = withUnsafeBytes(of: key(4711)) { [UInt8]($0) }
        #expect(bytes[0..<8].allSatisfy { $0 == 0 })  // ::ffff:10.0.0.1
        #expect(Array(bytes[32..<40]) == [0x67, 0x12, 80, 0, 6, 0, 0, 0])
        #expect(Array(bytes[40..<48]) == [7, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test("a change of any bit changes equality and the hash")
    func everyBitCounts() {
        let original = key(4711)
        let hash = original.hash(secret)
        for bit in 0..<48 * 8 {
            let changed = flipping(bit, of: original)
            #expect(changed != original, "bit \(bit)")
            #expect(changed.hash(secret) != hash, "bit \(bit)")
        }
    }

    @Test("the hash depends on every bit of the secret")
    func secretCounts() {
        let hash = key(1).hash(HashSecret(5, 6))
        for bit in 0..<64 as Range<UInt64> {
            #expect(key(1).hash(HashSecret(5 ^ 1 << bit, 6)) != hash)
            #expect(key(1).hash(HashSecret(5, 6 ^ 1 << bit)) != hash)
        }
    }

    @Test("one flipped bit of the key flips about half of the hash's bits")
    func avalanche() {
        var flipped = 0
        for bit in 0..<384 {
            let changed = flipping(bit, of: key(9)).hash(secret)
            flipped += (changed ^ key(9).hash(secret)).nonzeroBitCount
        }
        #expect((384 * 28...384 * 36).contains(flipped), "\(flipped) of \(384 * 64)")
    }

    @Test("consecutive ports spread evenly over the sets, under any secret")
    func spread() {
        for seed in 0..<4 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let secret = HashSecret(generator.next(), generator.next())
            var loads = [Int](repeating: 0, count: 256)
            for number in 0..<16_384 { loads[Int(key(number).hash(secret) & 255)] += 1 }
            #expect(loads.max()! < 64 + 48, "seed \(seed)")  // mean 64, six standard deviations
        }
    }

    @Test("both directions share the symmetric hash and reverse into each other")
    func symmetry() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<1_000 {
            let number = Int.random(in: 0..<1 << 24, using: &generator)
            let forward = key(number, .udp)
            #expect(forward.reversed.reversed == forward)
            #expect(forward.reversed != forward)
            #expect(forward.symmetricHash(secret) == forward.reversed.symmetricHash(secret))
            #expect(forward.hash(secret) != forward.reversed.hash(secret))
        }
    }

    @Test("the symmetric hash tells apart keys that only swap their ports")
    func portsStayWithAddresses() {
        let plain = FiveTuple(from: (host(1), 5), to: (host(2), 6), .udp)
        let swapped = FiveTuple(from: (host(1), 6), to: (host(2), 5), .udp)
        let hashes = [plain, swapped].map { FlowKey($0, network(7)).symmetricHash(secret) }
        #expect(hashes[0] != hashes[1])
    }

    private func flipping(_ bit: Int, of key: FlowKey) -> FlowKey {
        var changed = key
        withUnsafeMutableBytes(of: &changed) { $0[bit / 8] ^= 1 << UInt8(bit % 8) }
        return changed
    }
}
