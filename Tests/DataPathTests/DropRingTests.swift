import DataPath
import Packet
import PolicyEngine
import Telemetry
import Testing

@Suite struct DropRingTests {
    /// A drop of one of a few kinds.
    private func record(_ kind: Int, at moment: UInt64) -> DropRecord {
        var record = DropRecord(
            kind % 2 == 0 ? .spoofedIP : .deniedByPolicy, at: moment, generation: 1)
        record.sourceMAC = MACAddress(rawValue: UInt64(kind))
        return record
    }

    @Test("the ring holds what a list of all drops holds at its end, like ones in a row made one")
    func againstList() {
        var ring = DropRing()
        var model: [DropRecord] = []
        for moment in 0..<20_000 as Range<UInt64> {
            let record = record(Int.random(in: 0..<4), at: moment)
            ring.add(record)
            if let last = model.last, last.reason == record.reason,
                last.sourceMAC == record.sourceMAC
            {
                model[model.count - 1].timestamp = moment
                model[model.count - 1].count += 1
            } else {
                model.append(record)
            }
            guard moment % 997 == 0 else { continue }
            let latest = Array(model.suffix(DropRing.capacity).reversed())
            #expect(ring.latestFirst == latest)
        }
    }

    @Test("each try of a client has a source port of its own, and is like the one before")
    func joinsTries() {
        var ring = DropRing()
        for port in 1...300 as ClosedRange<UInt16> {
            var attempt = record(0, at: UInt64(port))
            attempt.tuple = FiveTuple(from: (.broadcastIPv4, port), to: (.broadcastIPv4, 22), .tcp)
            ring.add(attempt)
        }
        #expect(ring.latestFirst.count == 1)
        #expect(ring.latestFirst[0].count == 300)
        #expect(ring.latestFirst[0].tuple?.sourcePort == 300)
    }

    @Test("a difference in any field but the times and the source port makes another record")
    func tellsApart() {
        let changes: [(inout DropRecord) -> Void] = [
            { $0.generation = 9 }, { $0.side = .receiver }, { $0.refusingEnd = .ingress },
            { $0.sourceMAC = .broadcast }, { $0.destinationMAC = .broadcast },
            { $0.vni = VNI(rawValue: 9) }, { $0.otherPort = PortNumber(rawValue: 9) },
            { $0.egress = .denyByDefault }, { $0.ingress = .denyByDefault },
            { $0.service = ServiceKey(.udp, 9) },
            {
                $0.tuple = FiveTuple(
                    from: (.broadcastIPv4, 1), to: (.broadcastIPv4, 2), .udp)
            },
        ]
        for change in changes {
            var ring = DropRing()
            var other = record(0, at: 1)
            change(&other)
            for record in [record(0, at: 1), other, record(0, at: 2), record(0, at: 3)] {
                ring.add(record)
            }
            let counts = ring.latestFirst.map(\.count)
            #expect(counts == [2, 1, 1])
        }
    }
}
