import Overlay
import Testing

@Suite struct SessionTableTests {
    /// Sessions that are only ever looked up.
    private final class Sessions {
        private(set) var all: [UnsafeMutablePointer<Session>] = []

        func make(_ index: UInt32) -> UnsafeMutablePointer<Session> {
            let keys = SessionKeys(
                send: LockedMemory(byteCount: 32), receive: LockedMemory(byteCount: 32),
                indices: (local: index, remote: 0), role: .initiator)
            let session = UnsafeMutablePointer<Session>.allocate(capacity: 1)
            session.initialize(to: Session(keys: keys, peer: PeerNumber(rawValue: 0)!, now: 1)!)
            all.append(session)
            return session
        }

        deinit {
            for session in all {
                session.deinitialize(count: 1)
                session.deallocate()
            }
        }
    }

    @Test("the table agrees with a dictionary, also where indices share their low bits")
    func againstDictionary() {
        for seed in 0..<4 as Range<UInt64> { compare(seed: seed) }
    }

    private func compare(seed: UInt64) {
        let random = SimulatedRandom(seed: seed)
        let sessions = Sessions()
        // Few homes, at the end of the table too, so that runs are long and wrap around.
        let homes: [UInt32] = [0, 1, 2, 0xfffe, 0xffff]
        for number in 0..<60 as Range<UInt32> {
            _ = sessions.make(number << 16 | homes[Int(number) % homes.count])
        }
        var table = SessionTable()
        var naive: [UInt32: UnsafeMutablePointer<Session>] = [:]
        for step in 0..<3_000 {
            let session = sessions.all[Int(random.word() % 60)]
            let index = session.pointee.localIndex
            if random.once(in: 2) {
                #expect(
                    table.insert(session) == (naive[index] == nil), "seed \(seed), step \(step)")
                naive[index] = session
            } else {
                let wasThere = naive.removeValue(forKey: index) != nil
                #expect(table.remove(session) == wasThere, "seed \(seed), step \(step)")
            }
            let isEqual = sessions.all.allSatisfy {
                table.find($0.pointee.localIndex) == naive[$0.pointee.localIndex]
            }
            #expect(isEqual && table.count == naive.count, "seed \(seed), step \(step)")
        }
    }

    @Test("a session is found by its index only, and another with its index is refused")
    func sameIndex() {
        let sessions = Sessions()
        let (first, second) = (sessions.make(7), sessions.make(7))
        var table = SessionTable()
        let results = [
            table.insert(first), table.insert(second), table.find(7) == first,
            table.find(7 + 65_536) == nil, table.find(8) == nil, table.remove(second),
            table.remove(first), table.remove(first), table.insert(second),
        ]
        #expect(results == [true, false, true, true, true, false, true, false, true])
    }
}
