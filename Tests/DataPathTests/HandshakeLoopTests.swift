import DataPath
import Overlay
import Packet
import Ports
import Synchronization
import Telemetry
import Testing

/// Keys are agreed on, replaced and rotated while frames cross, and nothing is lost by that.
@Suite struct HandshakeLoopTests {
    /// Two hosts whose guests have exchanged a frame: the first began the session.
    private func connected() async throws -> OverlayRig {
        let rig = try OverlayRig()
        rig.publish()
        rig.hosts[0].wire.send(FrameBuilder(1, 2).udp(1, 2))
        #expect(try await rig.arrival(1) != nil)
        return rig
    }

    private func handshakes(_ rig: OverlayRig, _ index: Int) -> HandshakeCounts {
        rig.hosts[index].datapath.overlayReport().values.first?.handshakes ?? HandshakeCounts()
    }

    @Test("a host changes its key under traffic, and no frame is lost")
    func rotatesKeys() async throws {
        let rig = try await connected()
        let (old, new) = (rig.hosts[1].key, PrivateKey(random: SystemRandom()))
        let stream = FrameStream(from: rig.hosts[0].wire, to: rig.hosts[1].wire)
        rig.hosts[0].configuration.overlay?.peers[0].settings.publicKeys = [
            old.publicKey, new.publicKey,
        ]
        rig.publish()
        rig.hosts[1].datapath.replaceIdentities([new, old])
        try await Task.sleep(for: .milliseconds(300))
        rig.hosts[1].datapath.rekey(nil)
        try await settle { handshakes(rig, 0).confirmed == 1 }
        rig.hosts[0].configuration.overlay?.peers[0].settings.publicKeys = [new.publicKey]
        rig.publish()
        rig.hosts[1].datapath.replaceIdentities([new])
        try await Task.sleep(for: .milliseconds(300))
        try await stream.expectWhole()
        #expect(handshakes(rig, 1).completed == 1)
        #expect(await rig.isBalanced())
        let dropped = await rig.hosts[1].datapath.counts().total.droppedTotal
        #expect(dropped == 0)
    }

    @Test("a key that a host gave up opens nothing any more")
    func endsOldKeys() async throws {
        let rig = try await connected()
        try await settleWithSession(rig.hosts[1].datapath)
        rig.hosts[1].datapath.replaceIdentities([PrivateKey(random: SystemRandom())])
        try await settleWithoutSessions(rig.hosts[1].datapath)
        rig.hosts[0].wire.send(FrameBuilder(1, 2).udp(1, 2))
        // At least: the other host may have asked for the path's size meanwhile.
        try await settle { await rig.drops(1, at: .overlay)[.underlay, default: 0] >= 1 }
        #expect(rig.hosts[1].wire.receive() == nil)
    }

    @Test("fresh keys twice in a row, once from each side, lose no frame and repeat none")
    func rekeysUnderTraffic() async throws {
        let rig = try await connected()
        let stream = FrameStream(from: rig.hosts[0].wire, to: rig.hosts[1].wire)
        rig.hosts[1].datapath.rekey(nil)
        try await settle { handshakes(rig, 0).confirmed == 1 }
        // The first host began the session: its own next handshake has to wait for 5 s.
        rig.hosts[0].datapath.rekey(nil)
        try await settle { handshakes(rig, 1).completed == 1 && handshakes(rig, 0).completed == 2 }
        try await Task.sleep(for: .milliseconds(200))
        try await stream.expectWhole()
        #expect(await rig.isBalanced())
        let dropped = await rig.hosts[1].datapath.counts().total.droppedTotal
        #expect(dropped == 0)
    }

    @Test("a host that was restarted is heard again, and may speak first")
    func hearsRestarted() async throws {
        let rig = try await connected()
        for index in [0, 1, 0] {
            try rig.restart(index)
            let frame = FrameBuilder(UInt8(index + 1), UInt8(2 - index)).udp(3, 4)
            rig.hosts[index].wire.send(frame)
            #expect(try await rig.arrival(1 - index)?.bytes == frame.bytes)
            let back = FrameBuilder(UInt8(2 - index), UInt8(index + 1)).udp(4, 3)
            rig.hosts[1 - index].wire.send(back)
            #expect(try await rig.arrival(index)?.bytes == back.bytes)
        }
        #expect(await rig.isBalanced())
    }

    @Test("without a disk for its timestamps a host calls nobody, retries included, but answers")
    func keepsSilentWithoutDisk() async throws {
        let refusals = Refusals()
        let rig = try RawHostRig { _ in refusals.refuse() }
        rig.wires[1]?.send(FrameBuilder(1, 2).udp(1, 2))
        // The first retry is due after 5 s and at most 0.334 s more.
        try await rig.host.pump(for: 6)
        #expect(rig.host.datagrams.isEmpty)
        #expect(refusals.count.load(ordering: .relaxed) >= 1)
        #expect(await rig.datapath.counts().heldCount == 1)
        rig.host.call()
        #expect(try await rig.nextFrame() == FrameBuilder(1, 2).udp(1, 2).bytes)
        #expect(rig.host.datagrams.allSatisfy { $0.first != 1 })
    }

    @Test("a timestamp is on disk before the initiation that needs it is on the wire")
    func persistsFirst() async throws {
        let disk = SlowDisk()
        let rig = try RawHostRig { _ in disk.write() }
        defer { disk.finish() }
        rig.wires[1]?.send(FrameBuilder(1, 2).udp(1, 2))
        try await rig.settle { disk.isBusy.load(ordering: .acquiring) }
        try await rig.host.pump(for: 1)
        #expect(rig.host.datagrams.isEmpty)
        disk.finish()
        #expect(try await rig.nextFrame() != nil)
    }
}

/// A disk that refuses every write.
private final class Refusals: Sendable {
    let count = Atomic<Int>(0)

    func refuse() -> Bool {
        count.add(1, ordering: .relaxed)
        return false
    }
}
