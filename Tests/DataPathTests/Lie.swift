import DataPath
import Packet
import Ports
import Telemetry
import Testing

/// What a host with a valid key seals although it may not, and the reason for which it must end.
struct Lie {
    let name: String
    let plaintext: [UInt8]
    let reason: DropReason

    /// The plaintext as it is.
    init(_ name: String, _ plaintext: [UInt8], _ reason: DropReason) {
        self.name = name
        self.plaintext = plaintext
        self.reason = reason
    }

    /// A frame in sound headers.
    init(_ name: String, frame: MemoryFrame, _ reason: DropReason = .binding) {
        self.init(name, InnerPacket(frame.bytes).plaintext, reason)
    }

    /// A sound frame of station 2 to station 1 in headers that `change` has spoiled.
    init(_ name: String, _ reason: DropReason, _ change: (inout InnerPacket) -> Void) {
        var packet = InnerPacket(FrameBuilder(2, 1).udp(5_000, 53).bytes)
        change(&packet)
        self.init(name, packet.plaintext, reason)
    }
}

extension RawHostRig {
    /// Tells the lies one by one: each ends as one drop with its reason, and nobody but the switch
    /// sees anything of it. Afterwards the truth still arrives.
    func expectRefused(_ lies: [Lie]) async throws {
        try await connect()
        for lie in lies {
            let before = await datapath.counts()
            seal(lie.plaintext)
            let after = try await counts(after: before)
            var change = after.total - before.total
            #expect(Self.drops(change) == [lie.reason: 1], "\(lie.name)")
            #expect(change.receivedFrames == 1, "\(lie.name)")
            change.dropped = DropCounts()
            (change.receivedFrames, change.receivedBytes) = (0, 0)
            #expect(change == .zero, "\(lie.name)")
            #expect(areGuestsUntouched && after.isBalanced, "\(lie.name)")
        }
        let truth = FrameBuilder(2, 1).udp(5_000, 53)
        send(truth)
        #expect(try await arrival(1)?.bytes == truth.bytes)
        #expect(areGuestsUntouched)
    }

    /// The counters when something has come from other hosts since `before`.
    func counts(after before: SwitchCounts) async throws -> SwitchCounts {
        let known = before.ports[.overlay]?.receivedFrames ?? 0
        for _ in 0..<1_000 {
            let counts = await datapath.counts()
            if counts.ports[.overlay]?.receivedFrames ?? 0 > known { return counts }
            try await Task.sleep(for: .milliseconds(1))
        }
        return await datapath.counts()
    }
}
