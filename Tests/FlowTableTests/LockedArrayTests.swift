import FlowTable
import Testing

@Suite struct LockedArrayTests {
    /// An array that threads can share.
    final class Shared: Sendable {
        let counters: LockedArray<Int>

        init() throws { counters = try LockedArray(count: 3, for: "test") }

        /// Adds one, slowly: whoever breaks in between loses an addition.
        func add(to index: Int) {
            let counter = counters.lock(index)
            let value = counter.pointee
            for _ in 0..<20 { _ = counters.tryLock(index) }
            counter.pointee = value + 1
            counters.unlock(index)
        }
    }

    @Test("nobody enters while another is inside")
    func exclusion() throws {
        let shared = try Shared()
        onThreads(4) { _ in
            for round in 0..<30_000 { shared.add(to: round % 2) }
        }
        for (index, expected) in [60_000, 60_000, 0].enumerated() {
            let value = shared.counters.lock(index).pointee
            #expect(value == expected)
        }
    }

    @Test("an element that is lent out is refused to whoever does not wait, and only that one")
    func refusal() throws {
        let array = try LockedArray<Int>(count: 2, for: "test")
        array.lock(0).pointee = 5
        let refused = array.tryLock(0) == nil
        let other = array.tryLock(1)?.pointee
        array.unlock(0)
        let again = array.tryLock(0)?.pointee
        #expect(refused && other == 0 && again == 5)
    }
}
