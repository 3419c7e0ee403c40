import DataPath
import Overlay
import Packet
import Ports
import Telemetry
import Testing

/// Frames that wait for a session with their receiver's host.
@Suite(.serialized) struct HeldFramesTests {
    /// Frame `number` from station 1 to station 2.
    private func frame(_ number: Int) -> MemoryFrame {
        FrameBuilder(1, 2).udp(1, 2, word(UInt16(number)))
    }

    private var port: PortNumber { PortNumber(rawValue: 1) }

    @Test("what waits for a session leaves in order as soon as the other host answers")
    func keepsOrder() async throws {
        let rig = try RawHostRig()
        for number in 0..<50 { rig.wires[1]?.send(frame(number)) }
        for number in 0..<50 {
            let crossed = try #require(try await rig.nextFrame())
            #expect(crossed == frame(number).bytes)
        }
        #expect(await rig.datapath.counts().isBalanced)
    }

    @Test("128 frames wait for a host that does not answer; later ones are dropped and counted")
    func isBounded() async throws {
        let rig = try RawHostRig()
        for number in 0..<200 { rig.wires[1]?.send(frame(number)) }
        for _ in 0..<400 where await rig.datapath.counts().ports[port]?.receivedFrames != 200 {
            try await Task.sleep(for: .milliseconds(5))
        }
        let counts = await rig.datapath.counts()
        #expect(counts.heldCount == 128 && counts.isBalanced)
        #expect(RawHostRig.drops(try #require(counts.ports[port])) == [.noSession: 72])
        // Nothing was read from the socket so far: the initiation waits there.
        for number in 0..<128 {
            let crossed = try #require(try await rig.nextFrame())
            #expect(crossed == frame(number).bytes)
        }
        let after = await rig.datapath.counts()
        #expect(after.heldCount == 0 && after.isBalanced)
    }

    @Test("a frame that waits leaves as soon as the other host's own handshake is confirmed")
    func leavesWithConfirmedSession() async throws {
        let rig = try RawHostRig()
        rig.host.isConfirming = false
        rig.host.call()
        #expect(try await rig.host.pump { rig.host.current != nil })
        rig.wires[1]?.send(frame(1))
        try await rig.settle { await rig.datapath.counts().heldCount == 1 }
        #expect(rig.host.plaintexts.isEmpty)
        rig.seal([])
        #expect(try await rig.nextFrame() == frame(1).bytes)
        let counts = await rig.datapath.counts()
        #expect(counts.heldCount == 0 && counts.isBalanced)
    }

    @Test("a frame to a host whose address nobody knows is dropped at once")
    func dropsForAbsent() async throws {
        let rig = try RawHostRig()
        rig.wires[1]?.send(FrameBuilder(1, 3).udp(1, 2))
        try await rig.settle { await rig.drops(at: self.port) == [.noSession: 1] }
        let counts = await rig.datapath.counts()
        #expect(counts.heldCount == 0 && counts.isBalanced)
    }

    @Test("what waits for a host that is removed is dropped with it")
    func dropsForRemoved() async throws {
        let rig = try RawHostRig()
        for number in 0..<10 { rig.wires[1]?.send(frame(number)) }
        for _ in 0..<400 where await rig.datapath.counts().heldCount != 10 {
            try await Task.sleep(for: .milliseconds(5))
        }
        rig.configuration.overlay?.peers.removeFirst()
        rig.configuration.overlay?.stations.removeFirst()
        rig.publish()
        try await rig.settle { await rig.drops(at: self.port) == [.noSession: 10] }
        let counts = await rig.datapath.counts()
        #expect(counts.heldCount == 0 && counts.isBalanced)
    }

    @Test("what waits is judged again when it leaves: a policy revoked meanwhile stops it")
    func judgesAgain() async throws {
        let rig = try RawHostRig()
        rig.wires[1]?.send(frame(1))
        for _ in 0..<400 where await rig.datapath.counts().heldCount != 1 {
            try await Task.sleep(for: .milliseconds(5))
        }
        try rig.apply(SwitchRig.rules("- deny any -> any"))
        try await rig.settle { await rig.datapath.counts().heldCount == 0 }
        #expect(await rig.drops(at: port).values.reduce(0, +) == 1)
        #expect(rig.host.plaintexts.isEmpty)
        #expect(await rig.datapath.counts().isBalanced)
    }
}
