import DataPath
import Overlay
import Packet
import Ports
import Telemetry
import Testing

/// Datagrams from anybody: only what the peer sealed, and only once, becomes a frame.
@Suite(.serialized) struct UnderlayTests {
    /// Sends each datagram by itself from `host`; each must be dropped for the one reason.
    private func expectDropped(
        _ datagrams: [[UInt8]], _ reason: DropReason, _ rig: RawHostRig, from host: RawHost
    ) async throws {
        let before = await rig.datapath.counts()
        for (index, datagram) in datagrams.enumerated() {
            host.send(datagram, to: rig.address)
            if index % 64 == 63 { try await Task.sleep(for: .milliseconds(1)) }
        }
        let known = before.ports[.overlay]?.receivedFrames ?? 0
        try await rig.settle {
            await rig.datapath.counts().ports[.overlay]?.receivedFrames
                == known + UInt64(datagrams.count)
        }
        let after = await rig.datapath.counts()
        let change = after.total - before.total
        #expect(RawHostRig.drops(change) == [reason: UInt64(datagrams.count)])
        #expect(change.transmittedFrames == 0 && change.replicatedFrames == 0)
        #expect(rig.areGuestsUntouched && after.isBalanced)
    }

    /// A frame of station 2, sealed.
    private func sealed(_ rig: RawHostRig, _ byteCount: Int = 4) -> [UInt8] {
        let payload = [UInt8](repeating: 1, count: byteCount)
        return rig.host.sealed(InnerPacket(FrameBuilder(2, 1).udp(1, 2, payload).bytes).plaintext)
    }

    private func connected() async throws -> RawHostRig {
        let rig = try RawHostRig()
        try await rig.connect()
        return rig
    }

    @Test("an empty datagram, and garbage of every size, is dropped and counted")
    func dropsGarbage() async throws {
        let rig = try await connected()
        let stranger = try RawHost()
        var generator = SeededGenerator(seed: .random(in: 0...(.max)))
        let garbage = (1...400).map { byteCount -> [UInt8] in
            let rest = (1..<byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
            return [UInt8.random(in: 4...255, using: &generator)] + rest
        }
        print("seed \(generator.seed)")
        try await expectDropped(garbage, .underlay, rig, from: stranger)
        let known = await rig.drops()[.underlay] ?? 0
        stranger.sendNothing(to: rig.address)
        try await rig.settle { await rig.drops()[.underlay] == known + 1 }
        let large = (0..<4).map { _ in [UInt8](repeating: 9, count: 65_507) }
        try await expectDropped(large, .underlay, rig, from: stranger)
    }

    @Test("what looks like a handshake and is none reaches no guest, and is counted")
    func dropsFalseHandshakes() async throws {
        let rig = try await connected()
        let known = rig.datapath.overlayHandshakes().counts
        let stranger = try RawHost()
        for type in [1, 2, 3] as [UInt8] {
            for byteCount in [4, 63, 64, 65, 91, 92, 93, 147, 148] {
                stranger.send(
                    [type, 0, 0, 0] + [UInt8](repeating: 7, count: byteCount - 4), to: rig.address)
            }
        }
        try await rig.settle {
            rig.datapath.overlayHandshakes().counts.received == known.received + 27
        }
        let counts = rig.datapath.overlayHandshakes().counts
        #expect(counts.malformed - known.malformed == 24)
        #expect(counts.badMAC1 + counts.unknownIndex - known.badMAC1 - known.unknownIndex == 3)
        try await expectDropped(
            [[1], [2, 0, 0], [3, 0], [1] + [UInt8](repeating: 0, count: 148)], .underlay, rig,
            from: stranger)
    }

    @Test("a datagram of an unknown session is dropped")
    func dropsUnknownIndex() async throws {
        let rig = try await connected()
        let sound = sealed(rig)
        let forged = (0..<32).map { bit -> [UInt8] in
            var datagram = sound
            datagram[4 + bit / 8] ^= 1 << UInt8(bit % 8)
            return datagram
        }
        try await expectDropped(forged, .underlay, rig, from: rig.host)
    }

    @Test("a byte changed anywhere makes the datagram worthless, and only that one")
    func dropsChanged() async throws {
        let rig = try await connected()
        let sound = sealed(rig)
        let changed = sound.indices.map { index -> [UInt8] in
            var datagram = sound
            datagram[index] ^= 0x80
            return datagram
        }
        try await expectDropped(Array(changed[..<8]), .underlay, rig, from: rig.host)
        try await expectDropped(Array(changed[8...]), .authentication, rig, from: rig.host)
        rig.host.send(sound, to: rig.address)
        #expect(try await rig.arrival(1) != nil)
    }

    @Test("a datagram cut short or made longer by any number of bytes is worthless")
    func dropsTruncated() async throws {
        let rig = try await connected()
        let sound = sealed(rig)
        try await expectDropped(
            (1..<32).map { Array(sound.prefix($0)) }, .underlay, rig, from: rig.host)
        try await expectDropped(
            (32..<sound.count).map { Array(sound.prefix($0)) }, .authentication, rig,
            from: rig.host)
        try await expectDropped(
            (1...32).map { sound + [UInt8](repeating: 0, count: $0) }, .authentication, rig,
            from: rig.host)
    }

    @Test("a recorded run, sent again in any order and from anywhere, delivers nothing")
    func dropsReplays() async throws {
        let rig = try await connected()
        let run = (0..<500).map { sealed(rig, $0) }
        for datagram in run {
            rig.host.send(datagram, to: rig.address)
            _ = try #require(try await rig.arrival(1))
        }
        try await expectDropped(run, .replay, rig, from: rig.host)
        try await expectDropped(run.reversed(), .replay, rig, from: rig.host)
        var generator = SeededGenerator(seed: .random(in: 0...(.max)))
        print("seed \(generator.seed)")
        let elsewhere = try RawHost()
        try await expectDropped(
            run.shuffled(using: &generator), .replay, rig, from: elsewhere)
    }

    @Test("what the switch itself sealed, sent back to it, delivers nothing")
    func dropsReflections() async throws {
        let rig = try await connected()
        rig.host.forgetDatagrams()
        for number in 0..<50 {
            rig.wires[1]?.send(FrameBuilder(1, 2).udp(1, 2, word(UInt16(number))))
        }
        #expect(try await rig.host.pump { rig.host.plaintexts.count == 50 })
        let sealed = rig.host.datagrams.filter { $0.first == 4 }
        try await expectDropped(sealed, .underlay, rig, from: rig.host)
    }

    @Test("a run recorded under one session delivers nothing under the next, nor after a restart")
    func dropsReplaysOfOldSessions() async throws {
        let rig = try await connected()
        let late = (0..<20).map { _ in sealed(rig) }
        for datagram in late { rig.host.send(datagram, to: rig.address) }
        for _ in late { _ = try #require(try await rig.arrival(1)) }
        // The switch takes one initiation of a host in 20 ms.
        try await Task.sleep(for: .milliseconds(50))
        try rig.host.forget([rig.key.publicKey], at: rig.address)
        try await rig.connect()
        try await expectDropped(late, .replay, rig, from: rig.host)
        let other = try await connected()
        for datagram in late { other.host.send(datagram, to: other.address) }
        try await other.settle { await other.drops() == [.underlay: 20] }
        #expect(other.areGuestsUntouched)
    }

    @Test("a datagram older than the window is refused though it was never seen")
    func dropsLate() async throws {
        let rig = try await connected()
        let early = sealed(rig)
        for _ in 0..<8_200 { _ = sealed(rig) }
        rig.host.send(sealed(rig), to: rig.address)
        #expect(try await rig.arrival(1) != nil)
        try await expectDropped([early], .replay, rig, from: rig.host)
    }

    @Test("datagrams within the window are taken in any order")
    func takesReordered() async throws {
        let rig = try await connected()
        var generator = SeededGenerator(seed: .random(in: 0...(.max)))
        print("seed \(generator.seed)")
        let run = (0..<1_000).map { _ in sealed(rig) }.shuffled(using: &generator)
        for (index, datagram) in run.enumerated() {
            rig.host.send(datagram, to: rig.address)
            if index % 50 == 49 { try await Task.sleep(for: .milliseconds(1)) }
        }
        var count = 0
        while count < 1_000, try await rig.arrival(1) != nil { count += 1 }
        #expect(count == 1_000)
        #expect(await rig.drops().isEmpty)
    }

    @Test("who forwards a peer's datagram from elsewhere draws nothing there")
    func staysWithEndpoint() async throws {
        let rig = try await connected()
        let thief = try RawHost()
        thief.send(sealed(rig), to: rig.address)
        #expect(try await rig.arrival(1) != nil)
        try await Task.sleep(for: .milliseconds(50))
        rig.wires[1]?.send(FrameBuilder(1, 2).udp(1, 2))
        #expect(try await rig.nextFrame() != nil)
        thief.pump()
        #expect(thief.datagrams.isEmpty)
    }

    @Test("a peer that roams is followed to where its last authentic datagram came from")
    func followsRoaming() async throws {
        let rig = try RawHostRig()
        rig.configuration.overlay?.peers[0].settings.roams = true
        rig.publish()
        try await rig.connect()
        let elsewhere = try RawHost()
        elsewhere.send(sealed(rig), to: rig.address)
        #expect(try await rig.arrival(1) != nil)
        try await rig.settle {
            rig.datapath.overlayReport().values.contains { $0.endpoint == elsewhere.address }
        }
        rig.wires[1]?.send(FrameBuilder(1, 2).udp(1, 2))
        #expect(try await elsewhere.pump { !elsewhere.datagrams.isEmpty })
        var forged = sealed(rig)
        forged[20] ^= 1
        rig.host.send(forged, to: rig.address)
        try await rig.settle { await rig.drops() == [.authentication: 1] }
        #expect(
            rig.datapath.overlayReport().values.contains { $0.endpoint == elsewhere.address })
    }
}
