import DataPath
import Packet
import PolicyEngine
import Ports
import Telemetry
import Testing

@Suite struct PipelineTests {
    @Test("what a rule allows arrives unchanged, and is counted as transmitted at its receiver")
    func passesAllowed() throws {
        let rig = try SwitchRig()
        #expect(rig.passes(FrameBuilder(1, 2).udp(5_000, 53), from: 1, to: 2))
        #expect(rig.counts(2).transmittedFrames == 1)
        #expect(rig.total.isBalanced)
    }

    @Test("what no rule allows is dropped silently, and counted at its sender")
    func dropsDenied() throws {
        let rig = try SwitchRig(SwitchRig.rules("- allow any -> any on udp/53"))
        #expect(!rig.passes(FrameBuilder(1, 2).udp(5_000, 54), from: 1, to: 2))
        #expect(rig.received(1).isEmpty)
        #expect(rig.drops(1) == [.deniedByPolicy: 1])
    }

    @Test("replies need no rule, and nothing else comes back")
    func impliesReplies() throws {
        let rig = try SwitchRig(SwitchRig.rules("- allow vm vm1 -> vm vm2 on udp/53"))
        #expect(!rig.passes(FrameBuilder(2, 1).udp(53, 5_000), from: 2, to: 1))
        #expect(rig.passes(FrameBuilder(1, 2).udp(5_000, 53), from: 1, to: 2))
        #expect(rig.passes(FrameBuilder(2, 1).udp(53, 5_000), from: 2, to: 1))
        #expect(!rig.passes(FrameBuilder(2, 1).udp(53, 5_001), from: 2, to: 1))
        #expect(rig.total.isBalanced)
    }

    @Test("before the first snapshot every frame is dropped")
    func dropsWithoutSnapshot() throws {
        let rig = try SwitchRig(nil, stations: [1, 2])
        #expect(!rig.passes(FrameBuilder(1, 2).udp(1, 2), from: 1, to: 2))
        #expect(rig.drops(1) == [.noSnapshot: 1])
        try rig.apply(SwitchRig.allowAll)
        #expect(rig.passes(FrameBuilder(1, 2).udp(1, 2), from: 1, to: 2))
    }

    @Test("a closed port neither sends nor receives")
    func keepsClosedPortsClosed() throws {
        let rig = try SwitchRig()
        rig.configuration.ports[1].isOpen = false
        rig.publish()
        #expect(!rig.passes(FrameBuilder(1, 2).udp(1, 2), from: 1, to: 2))
        #expect(!rig.passes(FrameBuilder(2, 1).udp(1, 2), from: 2, to: 1))
        #expect(rig.drops(1) == [.portClosed: 1])
        #expect(rig.drops(2) == [.portClosed: 1])
    }

    @Test("a guest cannot speak with another's MAC or IP address")
    func dropsSpoofed() throws {
        let rig = try SwitchRig()
        var forged = FrameBuilder(1, 2)
        forged.source.mac = FrameBuilder.Station(3).mac
        #expect(!rig.passes(forged.udp(1, 2), from: 1, to: 2))
        forged = FrameBuilder(1, 2)
        forged.source.ip = FrameBuilder.Station(3).ip
        #expect(!rig.passes(forged.udp(1, 2), from: 1, to: 2))
        #expect(rig.drops(1) == [.spoofedMAC: 1, .spoofedIP: 1])
    }

    @Test("equal addresses in two networks never meet")
    func isolatesNetworks() throws {
        let rig = try SwitchRig(stations: [1])
        try rig.attach(2, network: 1)
        try rig.apply(SwitchRig.allowAll)
        #expect(!rig.passes(FrameBuilder(1, 2).udp(1, 2), from: 1, to: 2))
        rig.send(FrameBuilder(1, 2).arpRequest(), from: 1)
        #expect(rig.received(2).isEmpty)
        #expect(rig.drops(1) == [.unknownDestination: 1, .noReceiver: 1])
    }

    @Test("a frame to a station with another's IP address in it is dropped")
    func dropsUnboundDestination() throws {
        let rig = try SwitchRig()
        var crossed = FrameBuilder(1, 2)
        crossed.destination.ip = FrameBuilder.Station(3).ip
        #expect(!rig.passes(crossed.udp(1, 2), from: 1, to: 2))
        #expect(rig.drops(1) == [.unboundDestination: 1])
    }

    @Test("a frame to its own sender is dropped")
    func dropsHairpin() throws {
        let rig = try SwitchRig()
        rig.send(FrameBuilder(1, 1).udp(1, 2), from: 1)
        #expect(rig.drops(1) == [.hairpin: 1])
    }

    @Test("garbage from every port is counted once, each frame with one reason")
    func accountsForGarbage() throws {
        let rig = try SwitchRig()
        var generator = SeededGenerator(seed: 20_261_121)
        for _ in 0..<20_000 {
            let byteCount = Int.random(in: 0...200, using: &generator)
            let bytes = (0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
            rig.send(MemoryFrame(bytes), from: UInt8.random(in: 1...3, using: &generator))
        }
        #expect(rig.total.receivedFrames == 20_000)
        #expect(rig.total.isBalanced)
        #expect(rig.total.transmittedFrames == 0, "seed \(generator.seed)")
    }

    @Test("mutated frames are counted once, and what passes was sent by its bound sender")
    func accountsForMutations() throws {
        let rig = try SwitchRig()
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            var frame = FrameBuilder(1, 2).udp(9, 53)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0..<frame.bytes.count, using: &generator)
                frame.bytes[index] = UInt8.random(in: 0...255, using: &generator)
            }
            rig.send(frame, from: 1)
        }
        #expect(rig.total.isBalanced)
        let sources = Set((rig.received(2) + rig.received(3)).map { Array($0.bytes[6..<12]) })
        #expect(sources.isSubset(of: [octets(FrameBuilder.Station(1).mac)]))
    }
}

/// A small generator with a seed (splitmix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
