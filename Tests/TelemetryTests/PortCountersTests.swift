import Synchronization
import Telemetry
import Testing

@Suite("PortCounters")
struct PortCountersTests {
    @Test("a new block counts nothing")
    func newBlockIsZero() {
        let counters = PortCounters()
        #expect(counters.snapshot() == PortCounts())
    }

    @Test("each counting function moves its own counts and no other")
    func eachCountMovesItsOwn() {
        let counters = PortCounters()
        counters.cells.countReceived(byteCount: 60)
        counters.cells.countReceived(byteCount: 1514)
        counters.cells.countTransmitted(byteCount: 61)
        counters.cells.countReplicated()
        counters.cells.countCopy(byteCount: 62)
        counters.cells.countCopy(byteCount: 62)
        counters.cells.countCopy(byteCount: 62)
        counters.cells.countReply()
        counters.cells.countAnswered()
        counters.cells.countLostSegments(7)
        counters.cells.countDrop(.runt)
        var expected = PortCounts()
        (expected.receivedFrames, expected.receivedBytes) = (2, 1574)
        (expected.transmittedFrames, expected.transmittedBytes) = (1, 61)
        expected.replicatedFrames = 1
        (expected.transmittedCopies, expected.transmittedCopyBytes) = (3, 186)
        (expected.transmittedReplies, expected.lostSegments) = (1, 7)
        expected.answeredFrames = 1
        expected.dropped[.runt] = 1
        #expect(counters.snapshot() == expected)
    }

    @Test("every reason has a counter of its own")
    func everyReasonHasItsCounter() {
        let counters = PortCounters()
        for (index, reason) in DropReason.allCases.enumerated() {
            for _ in 0...index { counters.cells.countDrop(reason) }
        }
        let counts = counters.snapshot()
        for (index, reason) in DropReason.allCases.enumerated() {
            #expect(counts.dropped[reason] == UInt64(index + 1), "\(reason)")
        }
        #expect((counts.receivedFrames, counts.lostSegments) == (0, 0))
    }

    @Test("two blocks share nothing")
    func blocksAreApart() {
        let first = PortCounters()
        let second = PortCounters()
        first.cells.countReceived(byteCount: 60)
        #expect(second.snapshot() == PortCounts())
        #expect(first.snapshot().receivedFrames == 1)
    }

    @Test("a reader beside the writer sees counts that only grow, and in the end all of them")
    func readerSeesGrowingCounts() async {
        let counters = PortCounters()
        let cells = counters.cells
        let isDone = Atomic(false)
        await withTaskGroup { group in
            group.addTask { @Sendable in
                for _ in 0..<100_000 { cells.countReceived(byteCount: 100) }
                isDone.store(true, ordering: .releasing)
            }
            var last = PortCounts()
            while !isDone.load(ordering: .acquiring) {
                let now = counters.snapshot()
                #expect(now.receivedFrames >= last.receivedFrames)
                #expect(now.receivedBytes >= last.receivedBytes)
                last = now
                await Task.yield()
            }
        }
        #expect(counters.snapshot().receivedFrames == 100_000)
        #expect(counters.snapshot().receivedBytes == 10_000_000)
    }
}
