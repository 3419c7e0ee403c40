import FlowTable
import Packet
import Testing

@Suite struct FragmentTrackerTests {
    private func fragment(_ number: Int, _ ipProtocol: IPProtocol = .udp) -> FragmentKey {
        FragmentKey(key(1, ipProtocol).tuple, network(7), fragmentID: UInt32(number))
    }

    @Test("a key is 48 bytes that are all defined")
    func layout() {
        #expect(MemoryLayout<FragmentKey>.size == 48)
        #expect(MemoryLayout<FragmentKey>.stride == 48)
        let bytes = withUnsafeBytes(of: fragment(0x0102)) { [UInt8]($0) }
        #expect(Array(bytes[32..<48]) == [2, 1, 0, 0, 7, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test("later fragments follow the first, and nothing else does")
    func follow() throws {
        var tracker = try FragmentTracker<Int>(secret: secret)
        tracker.accept(first: fragment(1), 11, now: 0)
        let tuple = key(1, .udp).tuple
        let others = [
            fragment(2), fragment(1, .tcp),
            FragmentKey(tuple, network(8), fragmentID: 1),
            FragmentKey(tuple.reversed, network(7), fragmentID: 1),
        ].map { tracker.find(later: $0, now: 0) }
        #expect(others == [nil, nil, nil, nil])
        // Later fragments have no ports.
        let portless = FiveTuple(from: (tuple.source, 0), to: (tuple.destination, 0), .udp)
        let key = FragmentKey(portless, network(7), fragmentID: 1)
        let found = tracker.find(later: key, now: 0)
        #expect(found == 11)
    }

    @Test("a decision holds for 30 seconds")
    func timeout() throws {
        var tracker = try FragmentTracker<Int>(secret: secret)
        tracker.accept(first: fragment(1), 11, now: 5 * second)
        let found = [5, 6, 35].map { tracker.find(later: fragment(1), now: $0 * second) }
        let late = tracker.find(later: fragment(1), now: 35 * second + 1)
        #expect(found == [11, 11, 11] && late == nil)
    }

    @Test("a repeated first fragment brings the newest decision, and its time")
    func repeated() throws {
        var tracker = try FragmentTracker<Int>(secret: secret)
        tracker.accept(first: fragment(1), 11, now: 0)
        tracker.accept(first: fragment(1), 12, now: 20 * second)
        let found = [20, 50].map { tracker.find(later: fragment(1), now: $0 * second) }
        #expect(found == [12, 12])
    }

    @Test("the 513th datagram takes the place of the oldest")
    func cap() throws {
        var tracker = try FragmentTracker<Int>(secret: secret)
        for number in 0..<5_000 {
            tracker.accept(first: fragment(number), number, now: 0)
            let held = [number - 512, number - 511, number].map {
                tracker.find(later: fragment($0 & 0xffff), now: 0)
            }
            let expected = [nil, number < 511 ? nil : number - 511, number]
            if held != expected { Issue.record("\(held) at \(number)") }
        }
    }

    @Test("all datagrams in one chain agree with a dictionary, through many turns of the ring")
    func againstDictionary() throws {
        var tracker = try FragmentTracker<Int>(capacity: 64, secret: secret)
        var (model, order, generator) = ([Int: Int](), [Int](), SeededGenerator(seed: 41))
        for round in 0..<100_000 {
            let number = Int.random(in: 0..<150, using: &generator)
            if round % 3 == 0 {
                tracker.accept(first: fragment(number), round, now: 0)
                model[number] = round
                order.append(number)
                if order.count > 64, case let oldest = order.removeFirst(),
                    !order.contains(oldest)
                {
                    model[oldest] = nil
                }
            }
            let found = tracker.find(later: fragment(number), now: 0)
            if found != model[number] { Issue.record("seed 41, round \(round)") }
        }
    }

    @Test("nothing is remembered after everything was removed")
    func removeAll() throws {
        var tracker = try FragmentTracker<Int>(secret: secret)
        for number in 0..<600 { tracker.accept(first: fragment(number), number, now: 0) }
        tracker.removeAll()
        let found = (0..<600).compactMap { tracker.find(later: fragment($0), now: 0) }
        #expect(found.isEmpty)
        tracker.accept(first: fragment(1), 5, now: 0)
        let fresh = tracker.find(later: fragment(1), now: 0)
        #expect(fresh == 5)
    }
}
