import DataPath
import Dispatch
import Testing

@Suite struct RingTests {
    @Test("elements come out in the order they went in, across the wrap")
    func keepsOrder() {
        let ring = Ring<Int>(capacity: 4)
        for round in 0..<100 {
            #expect(ring.push(round))
            #expect(ring.push(-round))
            #expect(ring.pop() == round)
            #expect(ring.pop() == -round)
        }
        #expect(ring.pop() == nil)
    }

    @Test("a full ring refuses and keeps what it has")
    func refusesWhenFull() {
        let ring = Ring<Int>(capacity: 3)
        for element in 0..<4 { #expect(ring.push(element)) }
        #expect(!ring.push(4))
        #expect(ring.pop() == 0)
        #expect(ring.push(4))
        #expect((0..<4).map { _ in ring.pop() } == [1, 2, 3, 4])
    }

    @Test("a million elements cross two threads unharmed")
    func crossesThreads() async {
        let ring = Ring<Int>(capacity: 64)
        let count = 1_000_000
        let writer = Task.detached {
            for element in 0..<count {
                while !ring.push(element) { await Task.yield() }
            }
        }
        var expected = 0
        while expected < count {
            guard let element = ring.pop() else {
                await Task.yield()
                continue
            }
            guard element == expected else { break }
            expected += 1
        }
        #expect(expected == count)
        await writer.value
    }
}
