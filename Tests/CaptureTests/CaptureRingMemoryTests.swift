import Capture
import Foundation
import Packet
import Synchronization
import Testing

@Suite("CaptureRing")
struct CaptureRingMemoryTests {
    /// Bytes of a record before its frame: a size and a `CaptureRecord`.
    static let prefixByteCount = 8 + MemoryLayout<CaptureRecord>.stride

    /// A session that captures everything, over a ring of one page.
    private func smallSession() throws -> CaptureSession {
        try CaptureSession(
            CaptureRequest(port: PortNumber(rawValue: 1)), ringByteCount: 4_096)
    }

    /// A frame of `byteCount` bytes that all depend on `seed`.
    private func frame(_ seed: Int, byteCount: Int) -> FrameExample {
        FrameExample(octets: (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ seed) })
    }

    /// All frames in the ring of `session`: the second of each, and its bytes.
    private func drained(_ session: CaptureSession) -> [(seed: Int, octets: [UInt8])] {
        var frames: [(seed: Int, octets: [UInt8])] = []
        session.drain { captured in
            let octets = captured.bytes.withUnsafeBytes { Array($0) }
            frames.append((Int(captured.record.timestamp / 1_000_000_000), octets))
        }
        return frames
    }

    private func offer(_ seed: Int, byteCount: Int, to session: CaptureSession) {
        frame(seed, byteCount: byteCount).withFrame {
            session.tap.offer($0, CaptureExample.note(seconds: seed))
        }
    }

    @Test("a record is 40 bytes, so that a small frame costs little more than itself")
    func recordIsSmall() {
        #expect(MemoryLayout<CaptureRecord>.stride == 40)
    }

    @Test("frames come out as they went in, at every offset of the ring")
    func wrapsAtEveryOffset() throws {
        for start in stride(from: Self.prefixByteCount, through: 4_096, by: 8) {
            let session = try smallSession()
            offer(0, byteCount: start - Self.prefixByteCount, to: session)
            #expect(drained(session).count == 1)
            for seed in 1...3 { offer(seed, byteCount: 600 + seed, to: session) }
            let frames = drained(session)
            #expect(frames.map(\.seed) == [1, 2, 3], "start \(start)")
            for (seed, octets) in frames {
                #expect(octets == frame(seed, byteCount: 600 + seed).octets, "start \(start)")
            }
        }
    }

    @Test("a frame fits exactly, or is lost")
    func exactFit() throws {
        let session = try smallSession()
        offer(1, byteCount: 4_096 - Self.prefixByteCount, to: session)
        #expect(session.lost == 0 && drained(session).map(\.seed) == [1])
        offer(2, byteCount: 4_096 - Self.prefixByteCount + 1, to: session)
        #expect(session.lost == 1 && drained(session).isEmpty)
    }

    @Test("a frame larger than the ring, or than any frame, is lost and harms nothing")
    func oversizeIsLost() throws {
        let session = try smallSession()
        offer(1, byteCount: 65_550, to: session)
        offer(2, byteCount: 70_000, to: session)
        offer(3, byteCount: 60, to: session)
        #expect(session.lost == 2 && drained(session).map(\.seed) == [3])
    }

    @Test("an empty frame is a frame")
    func emptyFrame() throws {
        let session = try smallSession()
        offer(1, byteCount: 0, to: session)
        #expect(drained(session).map(\.octets) == [[]])
    }

    @Test("a full ring keeps the oldest, loses the newest, and takes again after a drain")
    func fullRingLosesNewest() throws {
        let session = try smallSession()
        for seed in 0..<10 { offer(seed, byteCount: 1_000, to: session) }
        #expect(session.counts == CaptureCounts(seen: 10, matched: 10, lost: 7))
        #expect(drained(session).map(\.seed) == [0, 1, 2])
        offer(10, byteCount: 1_000, to: session)
        #expect(drained(session).map(\.seed) == [10] && session.lost == 7)
    }

    @Test("the largest frame fits the default ring many times")
    func largestFrameFits() throws {
        let session = try CaptureSession(CaptureRequest(port: PortNumber(rawValue: 1)))
        for seed in 0..<100 { offer(seed, byteCount: Frame.byteCountMax, to: session) }
        #expect(session.lost == 0 && drained(session).count == 100)
    }

    @Test("a random walk of writes and drains agrees with a queue", arguments: 1...8)
    func agreesWithModel(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let session = try smallSession()
        var model: [(seed: Int, octets: [UInt8])] = []
        for step in 0..<2_000 {
            if Int.random(in: 0..<4, using: &random) == 0 {
                let frames = drained(session)
                #expect(frames.map(\.seed) == model.map(\.seed), "seed \(seed) step \(step)")
                #expect(frames.map(\.octets) == model.map(\.octets), "seed \(seed) step \(step)")
                model = []
            } else {
                let before = session.lost
                let byteCount = Int.random(in: 0...1_600, using: &random)
                offer(step, byteCount: byteCount, to: session)
                if session.lost == before {
                    model.append((step, frame(step, byteCount: byteCount).octets))
                } else {
                    #expect(!model.isEmpty, "seed \(seed) step \(step): lost with an empty ring")
                }
            }
        }
    }

    @Test("a limited drain leaves the rest, in order")
    func drainsUpToLimit() throws {
        let session = try smallSession()
        for seed in 0..<5 { offer(seed, byteCount: 60, to: session) }
        var seconds: [UInt64] = []
        let take: (borrowing CapturedFrame) -> Void = { seconds.append($0.record.timestamp) }
        #expect(session.drain(limit: 2, take) == 2)
        #expect(session.drain(limit: 0, take) == 0)
        #expect(session.drain(take) == 3 && session.drain(take) == 0)
        #expect(seconds == (0..<5).map { $0 * 1_000_000_000 })
    }
}

@Suite("CaptureRing, two threads")
struct CaptureRingThreadTests {
    @Test(
        "a reader beside the writer gets frames whole and in order, and every other is counted lost"
    )
    func twoThreads() async throws {
        let request = CaptureRequest(port: PortNumber(rawValue: 1))
        let session = try CaptureSession(request, ringByteCount: 16_384)
        let total = 40_000
        let isDone = Atomic(false)
        await withTaskGroup { group in
            group.addTask { @Sendable in
                Self.write(total, to: session)
                isDone.store(true, ordering: .releasing)
            }
            let received = await Self.read(from: session, until: isDone)
            #expect(received.faults == 0)
            #expect(received.count + Int(session.lost) == total)
            #expect(received.count > 0)
        }
    }

    /// Offers frames `0..<total`: each holds its number as often as its length allows.
    private static func write(_ total: Int, to session: CaptureSession) {
        let slot = UnsafeMutableRawPointer.allocate(byteCount: 4_096, alignment: 64)
        slot.initializeMemory(as: UInt8.self, repeating: 0, count: 4_096)
        defer { slot.deallocate() }
        for number in 0..<total {
            let wordCount = number % 200
            let words = (slot + 256).bindMemory(to: UInt64.self, capacity: 200)
            words.update(repeating: UInt64(number), count: wordCount)
            let frame = Frame(base: slot + 256, byteCount: wordCount * 8)
            session.tap.offer(frame, CaptureExample.note(seconds: number))
        }
    }

    /// Drains until the writer is done; counts frames, and those that are torn or out of order.
    private static func read(
        from session: CaptureSession, until isDone: borrowing Atomic<Bool>
    ) async -> (count: Int, faults: Int) {
        var (count, faults, last) = (0, 0, -1)
        var isLast = false
        while !isLast {
            isLast = isDone.load(ordering: .acquiring)
            session.drain { captured in
                let number = Int(captured.record.timestamp / 1_000_000_000)
                let isWhole = captured.bytes.withUnsafeBytes { bytes in
                    bytes.count == number % 200 * 8
                        && bytes.bindMemory(to: UInt64.self).allSatisfy { $0 == number }
                }
                if number <= last || !isWhole { faults += 1 }
                last = number
                count += 1
            }
            await Task.yield()
        }
        return (count, faults)
    }
}
