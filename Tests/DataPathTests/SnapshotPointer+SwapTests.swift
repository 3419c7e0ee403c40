import DataPath
import Glibc
import Packet
import Telemetry
import Testing

/// Policies that replace each other under traffic. `VSWITCH_SWAP_SECONDS` makes it longer.
@Suite(.serialized) struct SnapshotPointerSwapTests {
    private var seconds: Int {
        guard let text = unsafe getenv("VSWITCH_SWAP_SECONDS") else { return 2 }
        return unsafe Int(String(cString: text)) ?? 2
    }

    @Test("under a hundred policies a second, every frame is judged wholly by one of them")
    func judgesWhole() async throws {
        let rig = try SwapRig()
        rig.swap()
        var (mixtures, checked, kept, early) = (0, 0, 0, 0)
        let rounds = seconds * 100
        for round in 0..<rounds {
            rig.send(50, to: 100)
            rig.send(50, to: 101)
            rig.swap()
            rig.send(10, to: 53)
            rig.send(50, to: 100)
            rig.send(50, to: 101)
            try await Task.sleep(for: .milliseconds(8))
            rig.receive()
            if round == rounds / 4 { early = residentPageCount() }
            guard round % 10 == 0 else { continue }
            let records = await rig.datapath.recentDrops(of: PortNumber(rawValue: 0))
            mixtures += records.count { !rig.isWhole($0) }
            checked += records.count
            _ = await rig.hits()
            let events = rig.datapath.takeEvents()
            #expect(events.allSatisfy { $0.generation <= rig.generation })
            kept = max(kept, rig.datapath.replacedCount)
        }
        #expect(mixtures == 0 && checked > rounds / 10, "\(mixtures) of \(checked)")
        #expect(kept <= 8, "\(kept) replaced policies were kept")
        try await holdsCounts(rig)
        // Other tests of the process take memory meanwhile: only a long run says something.
        guard seconds > 10 else { return }
        let growth = residentPageCount() - early
        print("\(rounds) policies, \(checked) records: \(growth) pages more")
        #expect(growth < 2_000, "\(growth) pages more than at a quarter of the time")
    }

    /// What passed is what both policies allow, and no rule's hit was lost.
    private func holdsCounts(_ rig: SwapRig) async throws {
        let frameCount = rig.sent.values.reduce(0, +)
        let isDone = try await comes {
            await rig.datapath.counts().total.receivedFrames == frameCount
        }
        #expect(isDone)
        rig.receive()
        #expect(rig.arrived == [53: rig.sent[53, default: 0]])
        let denied = await rig.datapath.counts().total.dropped[.deniedByPolicy]
        #expect(denied == rig.sent[100, default: 0] + rig.sent[101, default: 0] && denied > 1_000)
        let hits = await rig.hits()
        for file in ["at0", "at1"] {
            #expect(hits["\(file)/one", default: 0] + hits["\(file)/default", default: 0] == denied)
            #expect(hits["\(file)/always", default: 0] <= UInt64(rig.generation))
        }
    }

    /// How much memory the process holds, in pages (proc(5), statm).
    private func residentPageCount() -> Int {
        var buffer = [UInt8](repeating: 0, count: 256)
        let file = unsafe open("/proc/self/statm", O_RDONLY)
        defer { close(file) }
        let count = unsafe read(file, &buffer, buffer.count)
        let words = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self).split(
            separator: " ")
        return words.count > 1 ? Int(words[1]) ?? 0 : 0
    }
}
