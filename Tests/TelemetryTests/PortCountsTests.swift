import Telemetry
import Testing

@Suite("PortCounts")
struct PortCountsTests {
    /// Counts that differ in every field, derived from `seed`.
    private func counts(_ seed: UInt64) -> PortCounts {
        var counts = PortCounts()
        counts.receivedFrames = seed
        counts.receivedBytes = seed &* 2
        counts.transmittedFrames = seed &* 3
        counts.transmittedBytes = seed &* 5
        counts.replicatedFrames = seed &* 7
        counts.transmittedCopies = seed &* 11
        counts.transmittedCopyBytes = seed &* 13
        counts.transmittedReplies = seed &* 17
        counts.lostSegments = seed &* 19
        counts.answeredFrames = seed &* 21
        for reason in DropReason.allCases {
            counts.dropped[reason] = seed &* (23 + UInt64(reason.rawValue))
        }
        return counts
    }

    @Test("sums and differences are taken field by field")
    func addsFieldByField() {
        #expect(counts(10) + counts(32) == counts(42))
        #expect(counts(42) - counts(32) == counts(10))
        #expect([counts(1), counts(2), counts(3)].reduce(.zero, +) == counts(6))
    }

    @Test("a difference is right across a wrap")
    func differenceCrossesWrap() {
        var before = PortCounts()
        before.receivedFrames = .max - 1
        before.dropped[.icmp] = .max
        var after = PortCounts()
        after.receivedFrames = 3
        #expect((after - before).receivedFrames == 5)
        #expect((after - before).dropped[.icmp] == 1)
        #expect((after - before + before).receivedFrames == 3)
    }

    @Test("received = transmitted + replicated + answered + dropped, and no other count")
    func balances() {
        var counts = PortCounts()
        counts.receivedFrames = 10
        #expect(counts.balance == 10 && !counts.isBalanced)
        counts.transmittedFrames = 4
        counts.replicatedFrames = 2
        counts.answeredFrames = 1
        counts.dropped[.runt] = 1
        counts.dropped[.transmitFailed] = 2
        #expect(counts.isBalanced && counts.droppedTotal == 3)
        (counts.transmittedCopies, counts.transmittedReplies, counts.lostSegments) = (9, 9, 9)
        #expect(counts.isBalanced)
        counts.dropped[.runt] += 1
        #expect(counts.balance == -1 && !counts.isBalanced)
    }
}

@Suite("DropCounts")
struct DropCountsTests {
    @Test("two are equal exactly when every reason's count is")
    func equality() {
        for reason in DropReason.allCases {
            var counts = DropCounts()
            counts[reason] = 1
            #expect(counts != DropCounts() && counts == counts)
            #expect(counts.total == 1)
        }
    }

    @Test("the non-zero reasons come in the order of the frame's way")
    func nonZeroInOrder() {
        var counts = DropCounts()
        counts[.transmitFailed] = 2
        counts[.runt] = 1
        #expect(counts.nonZero.map(\.reason) == [.runt, .transmitFailed])
        #expect(counts.nonZero.map(\.count) == [1, 2])
        #expect(DropCounts().nonZero.isEmpty)
    }
}
