import FlowTable
import Packet
import Testing

@Suite struct FlowCacheTests {
    @Test("an entry is whole lines: one for a value of 16 bytes, two for one of 17")
    func layout() {
        struct Decision: BitwiseCopyable { var reference: ConnectionReference, port: UInt16 }
        #expect(FlowCache<Decision>.stride == 64)
        #expect(FlowCache<(UInt64, UInt64)>.stride == 64)
        #expect(FlowCache<(UInt64, UInt64, UInt8)>.stride == 128)
        #expect(FlowCache<SIMD8<UInt32>>.stride == 128)  // aligned to 32: the value at 64
    }

    @Test("the capacity is rounded up to a power of two; none is none")
    func capacity() throws {
        let capacities = try [-1, 0, 1, 8, 9, 65_536, 65_537].map { wanted in
            let cache = try FlowCache<Int>(capacity: wanted, secret: secret)
            return cache.capacity
        }
        #expect(capacities == [0, 0, 1, 8, 16, 65_536, 131_072])
        let usual = try FlowCache<Int>(secret: secret)
        let usualCapacity = usual.capacity
        #expect(usualCapacity == 65_536)
    }

    @Test("a million operations agree with a dictionary, but for entries that gave way")
    func againstDictionary() throws {
        let seed: UInt64 = 0x5eed
        var generator = SeededGenerator(seed: seed)
        var cache = try FlowCache<Int>(capacity: 4_096, secret: secret)
        var model = CacheModel()
        for operation in 0..<1_000_000 {
            let agrees = perform(on: &cache, &model, &generator)
            if !agrees { Issue.record("seed \(seed), operation \(operation)") }
            if !agrees { return }
        }
        let (count, share) = (cache.count, Double(model.hitCount) / Double(model.wantedCount))
        #expect(count <= 4_096)
        #expect(share > 0.8, "too many live entries were lost: \(share) were hits")
    }

    /// What the cache may know: each key's last generation and value, and what was found of it.
    private struct CacheModel {
        var entries: [FlowKey: (generation: UInt32, value: Int)] = [:]
        var generation: UInt32 = 1
        var (hitCount, wantedCount) = (0, 0)
    }

    private func perform(
        on cache: inout FlowCache<Int>, _ model: inout CacheModel,
        _ generator: inout SeededGenerator
    ) -> Bool {
        let key = key(Int.random(in: 0..<3_000, using: &generator))
        let (hash, value) = (key.hash(secret), Int.random(in: 0..<1_000, using: &generator))
        switch Int.random(in: 0..<100_000, using: &generator) {
        case 0..<30_000:
            cache.insert(key, hash, generation: model.generation, value)
            model.entries[key] = (model.generation, value)
        case 30_000..<35_000:
            cache.remove(key, hash)
            model.entries[key] = nil
        case 35_000: model.generation += 1
        case 35_001:
            cache.removeAll()
            model.entries = [:]
            return cache.count == 0
        default: return look(for: key, in: cache, &model)
        }
        return true
    }

    private func look(
        for key: FlowKey, in cache: borrowing FlowCache<Int>, _ model: inout CacheModel
    ) -> Bool {
        let found = cache.find(key, key.hash(secret), generation: model.generation)?.pointee
        guard let entry = model.entries[key], entry.generation == model.generation else {
            return found == nil
        }
        model.wantedCount += 1
        model.hitCount += found == nil ? 0 : 1
        return found == nil || found == entry.value
    }

    @Test("keys that all fall into one set never read each other's values, and eight stay")
    func hostileKeys() throws {
        var cache = try FlowCache<Int>(capacity: 512, secret: secret)
        let keys = (0..<200_000).lazy.map { key($0) }.filter { $0.hash(secret) & 63 == 5 }
        for (number, key) in keys.enumerated() {
            cache.insert(key, key.hash(secret), generation: 1, number)
            let found = cache.find(key, key.hash(secret), generation: 1)?.pointee
            #expect(found == number)
        }
        var held = 0
        for (number, key) in keys.enumerated() {
            guard let value = cache.find(key, key.hash(secret), generation: 1) else { continue }
            held += 1
            if value.pointee != number { Issue.record("\(key) reads \(value.pointee)") }
        }
        let count = cache.count
        #expect(held == 8 && count == 8)
    }

    @Test("one hash for all keys: the keys alone decide")
    func equalHashes() throws {
        var cache = try FlowCache<Int>(capacity: 64, secret: secret)
        for number in 0..<8 { cache.insert(key(number), 0, generation: 1, number) }
        for number in 0..<8 {
            let found = cache.find(key(number), 0, generation: 1)?.pointee
            #expect(found == number)
        }
        let stranger = cache.find(key(8), 0, generation: 1) == nil
        #expect(stranger)
    }

    @Test("an entry of another generation is not found, and its own key takes it over")
    func generations() throws {
        var cache = try FlowCache<Int>(capacity: 64, secret: secret)
        let (key, hash) = (key(1), key(1).hash(secret))
        cache.insert(key, hash, generation: 4, 40)
        let found = [3, 4, 5].map { cache.find(key, hash, generation: $0)?.pointee }
        #expect(found == [nil, 40, nil])
        cache.insert(key, hash, generation: 5, 50)
        let renewed = [4, 5].map { cache.find(key, hash, generation: $0)?.pointee }
        let count = cache.count
        #expect(renewed == [nil, 50] && count == 1)
    }

    @Test("entries of an older generation give way before any of the present one")
    func staleGoFirst() throws {
        var cache = try FlowCache<Int>(capacity: 8, secret: secret)
        for number in 0..<4 { insert(number, generation: 1, in: &cache) }
        for number in 4..<8 { insert(number, generation: 2, in: &cache) }
        for number in 8..<12 { insert(number, generation: 2, in: &cache) }
        let held = (4..<12).filter { isHeld($0, generation: 2, in: cache) }
        #expect(held == Array(4..<12))
    }

    @Test("a flow in use outlives any number of flows with one frame each")
    func secondChance() throws {
        var cache = try FlowCache<Int>(capacity: 8, secret: secret)
        insert(0, generation: 1, in: &cache)
        for number in 1..<5_000 {
            let isHeld = isHeld(0, generation: 1, in: cache)
            #expect(isHeld, "after \(number) others")
            insert(number, generation: 1, in: &cache)
        }
    }

    @Test("a removed entry is not found again, although its bytes are still there")
    func removal() throws {
        var cache = try FlowCache<Int>(capacity: 8, secret: secret)
        insert(1, generation: 1, in: &cache)
        for _ in 0..<2 { cache.remove(key(1), key(1).hash(secret)) }
        let (count, isHeld) = (cache.count, isHeld(1, generation: 1, in: cache))
        #expect(count == 0 && !isHeld)
        // A free way's tag differs from tag 1 by one bit: above a true match the word arithmetic
        // takes it for a match too, and the bytes of the removed key are still there.
        cache.insert(key(2), 1 << 56, generation: 1, 2)
        cache.insert(key(3), 1 << 56, generation: 1, 3)
        cache.remove(key(3), 1 << 56)
        let stale = cache.find(key(3), 1 << 56, generation: 1) == nil
        #expect(stale)
    }

    @Test("a value can be changed in place, and a prefetch changes nothing")
    func changeInPlace() throws {
        var cache = try FlowCache<Int>(capacity: 8, secret: secret)
        insert(1, generation: 1, in: &cache)
        cache.prefetch(key(1).hash(secret))
        cache.find(key(1), key(1).hash(secret), generation: 1)?.pointee = 77
        let value = cache.find(key(1), key(1).hash(secret), generation: 1)?.pointee
        #expect(value == 77)
    }

    private func insert(_ number: Int, generation: UInt32, in cache: inout FlowCache<Int>) {
        cache.insert(key(number), key(number).hash(secret), generation: generation, number)
    }

    private func isHeld(
        _ number: Int, generation: UInt32, in cache: borrowing FlowCache<Int>
    ) -> Bool {
        let hash = key(number).hash(secret)
        return cache.find(key(number), hash, generation: generation)?.pointee == number
    }
}
