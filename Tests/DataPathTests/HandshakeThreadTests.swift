import DataPath
import Overlay
import Packet
import Ports
import Telemetry
import Testing

/// Handshakes have a thread and a bounded queue of their own, which no flood gets beyond.
@Suite(.serialized) struct HandshakeThreadTests {
    /// Sends `count` numbered frames in each direction, one a millisecond; returns how many arrived
    /// at the raw host and at station 1.
    private func exchange(_ count: Int, _ rig: RawHostRig) async throws -> (Int, Int) {
        var (out, back) = (rig.host.plaintexts.count, 0)
        for number in 0..<count {
            rig.wires[1]?.send(FrameBuilder(1, 2).udp(1, 2, word(UInt16(number))))
            rig.send(FrameBuilder(2, 1).udp(2, 1, word(UInt16(number))))
            rig.host.pump()
            back += rig.wires[1]?.receiveAll().count ?? 0
            try await Task.sleep(for: .milliseconds(1))
        }
        let before = out
        _ = try await rig.host.pump {
            back += rig.wires[1]?.receiveAll().count ?? 0
            out = rig.host.plaintexts.count - before
            return out >= count && back >= count * 8 / 10
        }
        return (out, back)
    }

    /// Makes `host` peer 4 of the switch, with which no handshake has happened yet.
    private func introduce(_ host: RawHost, to rig: RawHostRig) throws {
        rig.configuration.overlay?.peers[1].settings.publicKeys = [host.key.publicKey]
        rig.configuration.overlay?.peers[1].settings.endpoint = host.address
        rig.publish()
        try host.meet([rig.key.publicKey], at: rig.address)
    }

    @Test("a flood of initiations with right mac1 stops neither traffic nor a new host's handshake")
    func survivesFlood() async throws {
        let rig = try RawHostRig()
        try await rig.connect()
        let newcomer = try RawHost()
        try introduce(newcomer, to: rig)
        let flood = HandshakeFlood(to: rig.key.publicKey, at: rig.address).run()
        try await Task.sleep(for: .milliseconds(100))
        newcomer.call()
        let (out, back) = try await exchange(1_000, rig)
        #expect(out == 1_000, "of 1,000 frames out, \(out) arrived")
        #expect(back >= 800, "of 1,000 frames back, \(back) arrived")
        let isUp = try await newcomer.pump {
            newcomer.tick()
            return newcomer.current != nil
        }
        #expect(isUp, "the new host did not get through")
        flood.cancel()
        let sent = try await flood.value
        try await rig.settle {
            let (counts, lost) = rig.datapath.overlayHandshakes()
            return UInt64(counts.received) + lost > UInt64(sent / 2)
        }
        let counts = rig.datapath.overlayHandshakes().counts
        #expect(counts.cookiesSent > 0 && counts.unknownPeer < sent / 4)
        #expect(await rig.datapath.counts().isBalanced)
    }

    @Test("when the thread is held up, what its queue does not hold is lost, counted, and no more")
    func boundsQueue() async throws {
        let disk = SlowDisk()
        let rig = try RawHostRig { _ in disk.write() }
        defer { disk.finish() }
        try await rig.connect()
        rig.configuration.overlay?.peers[1].settings.endpoint = OverlayRig.loopback(
            try OverlayRig.freePort())
        rig.publish()
        rig.wires[1]?.send(FrameBuilder(1, 3).udp(1, 2))
        try await rig.settle { disk.isBusy.load(ordering: .acquiring) }
        let before = rig.datapath.overlayHandshakes().counts.received
        let flood = HandshakeFlood(to: rig.key.publicKey, at: rig.address)
        var sent = 0
        while sent < 3_000 {
            sent += try flood.send(100)
            try await Task.sleep(for: .milliseconds(1))
        }
        try await rig.settle { rig.datapath.overlayHandshakes().lostCount == 3_000 - 1_024 }
        let (out, back) = try await exchange(200, rig)
        #expect(out == 200 && back == 200)
        disk.finish()
        try await rig.settle {
            rig.datapath.overlayHandshakes().counts.received == before + 1_024
        }
        #expect(rig.datapath.overlayHandshakes().lostCount == 3_000 - 1_024)
    }

    @Test("the data path ends cleanly in the middle of a flood", .timeLimit(.minutes(1)))
    func stopsUnderFlood() async throws {
        for _ in 0..<5 {
            let rig = try RawHostRig()
            try await rig.connect()
            let flood = HandshakeFlood(to: rig.key.publicKey, at: rig.address).run()
            for number in 0..<20 {
                rig.send(FrameBuilder(2, 1).udp(2, 1, word(UInt16(number))))
                rig.wires[1]?.send(FrameBuilder(1, 2).udp(1, 2, word(UInt16(number))))
            }
            try await Task.sleep(for: .milliseconds(20))
            rig.datapath.stop()
            flood.cancel()
            _ = try await flood.value
        }
    }

    @Test("a host that is no peer any more is not heard, and has no session left")
    func removesPeers() async throws {
        let rig = try RawHostRig()
        try await rig.connect()
        let overlay = rig.configuration.overlay
        rig.configuration.overlay?.peers.removeFirst()
        rig.configuration.overlay?.stations.removeFirst()
        rig.publish()
        for _ in 0..<50 { rig.send(FrameBuilder(2, 1).udp(1, 2)) }
        try await rig.settle { await rig.drops().values.reduce(0, +) == 50 }
        try await rig.settle { rig.datapath.overlayReport().keys.map(\.rawValue) == [4] }
        await settleWorker(rig.datapath)
        let before = await rig.drops()[.underlay] ?? 0
        for _ in 0..<10 { rig.send(FrameBuilder(2, 1).udp(1, 2)) }
        try await rig.settle { await rig.drops()[.underlay] == before + 10 }
        #expect(rig.areGuestsUntouched)
        rig.wires[1]?.send(FrameBuilder(1, 2).udp(1, 2))
        try await rig.settle {
            await rig.drops(at: PortNumber(rawValue: 1)) == [.unknownDestination: 1]
        }
        try rig.host.forget([rig.key.publicKey], at: rig.address)
        rig.host.call()
        try await rig.settle { rig.datapath.overlayHandshakes().counts.unknownPeer == 1 }
        #expect(rig.host.current == nil)
        rig.configuration.overlay = overlay
        rig.publish()
        try rig.host.forget([rig.key.publicKey], at: rig.address)
        try await rig.connect()
        #expect(await rig.datapath.counts().isBalanced)
    }

    @Test("a host whose preshared key changes needs a new handshake under the new one")
    func endsSessionsOfOldSecret() async throws {
        let rig = try RawHostRig()
        try await rig.connect()
        try await settleWithSession(rig.datapath)
        rig.configuration.overlay?.peers[0].settings.preshared = PresharedKey(
            random: SystemRandom())
        rig.publish()
        try await settleWithoutSessions(rig.datapath)
        rig.send(FrameBuilder(2, 1).udp(1, 2))
        try await rig.settle { await rig.drops() == [.underlay: 1] }
        try await Task.sleep(for: .milliseconds(50))
        try rig.host.forget([rig.key.publicKey], at: rig.address)
        rig.host.call()
        try await rig.host.pump(for: 1)
        #expect(rig.host.current == nil && rig.areGuestsUntouched)
    }
}
