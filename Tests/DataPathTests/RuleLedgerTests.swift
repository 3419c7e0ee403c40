import DataPath
import Packet
import PolicyEngine
import Telemetry
import Testing

/// Rules with `limit`, and what of them outlives a policy.
@Suite struct RuleLedgerTests {
    /// A rig under one rule that allows `perSecond` new connections.
    private func limited(_ perSecond: UInt32, _ settings: SwitchSettings = .small) throws
        -> SwitchRig
    {
        let rig = try SwitchRig(nil, settings)
        try limit(rig, perSecond, as: "few")
        return rig
    }

    private func limit(_ rig: SwitchRig, _ perSecond: UInt32, as name: String) throws {
        try rig.apply(SwitchRig.rules("- allow any -> any limit \(perSecond)/s as \(name)"))
    }

    /// How many of so many new connections, from UDP port `first` on, pass at this moment.
    private func open(_ rig: SwitchRig, _ count: UInt16, from first: UInt16, to port: UInt16 = 7)
        -> Int
    {
        (first..<first + count).count {
            rig.passes(FrameBuilder(1, 2).udp($0, port), from: 1, to: 2)
        }
    }

    @Test("as many connections open at once as the limit says, then as many a second")
    func limits() throws {
        let rig = try limited(5)
        #expect(open(rig, 20, from: 1) == 5)
        #expect(rig.drops(1) == [.policyLimit: 15])
        rig.breathe(after: 400_000_000)
        #expect(open(rig, 20, from: 100) == 2)
        rig.breathe(after: 5_000_000_000)
        #expect(open(rig, 20, from: 200) == 5)
        #expect(rig.hits == ["test/few": 60])
        #expect(rig.total.isBalanced)
    }

    @Test("what is established passes on, both ways, when its rule's limit is reached")
    func sparesEstablished() throws {
        let rig = try limited(1)
        #expect(open(rig, 3, from: 1) == 1)
        for _ in 0..<10 {
            #expect(rig.passes(FrameBuilder(1, 2).udp(1, 7), from: 1, to: 2))
            #expect(rig.passes(FrameBuilder(2, 1).udp(7, 1), from: 2, to: 1))
        }
        #expect(rig.drops(1) == [.policyLimit: 2])
    }

    @Test("a new generation with the same rule goes on at its level; another rule begins full")
    func keepsLevel() throws {
        let rig = try limited(5)
        #expect(open(rig, 9, from: 1) == 5)
        try limit(rig, 5, as: "few")
        #expect(open(rig, 9, from: 20) == 0)
        rig.breathe(after: 400_000_000)
        #expect(open(rig, 9, from: 40) == 2)
        try limit(rig, 5, as: "others")
        #expect(open(rig, 9, from: 60) == 5)
    }

    @Test("judging again takes no token, and no limit cuts what it allowed before")
    func rejudgesFreely() throws {
        let rig = try limited(5)
        #expect(open(rig, 5, from: 1) == 5)
        try limit(rig, 5, as: "few")
        #expect(open(rig, 5, from: 1) == 5, "they are established")
        rig.breathe(after: 1_000_000_000)
        #expect(open(rig, 9, from: 20) == 5, "they took nothing")
    }

    @Test("a limit at one end leaves the other end's tokens alone")
    func takesAllOrNone() throws {
        let rig = try SwitchRig(nil)
        try rig.apply(
            SwitchRig.rules(at: 1, "- allow any -> any limit 10/s"),
            SwitchRig.rules(at: 2, "- allow any -> any limit 1/s"),
            SwitchRig.rules(at: 3, "- allow any -> any"))
        #expect(open(rig, 50, from: 1) == 1)
        let passed = (0..<50).count {
            rig.passes(FrameBuilder(1, 3).udp(UInt16(500 + $0), 7), from: 1, to: 3)
        }
        #expect(passed == 9)
        let drops = rig.recentDrops(1)
        #expect(drops.map(\.refusingEnd) == [.egress, .ingress])
        #expect(drops.map(\.count) == [41, 49])
    }

    @Test("a connection for which there is no room takes no token")
    func givesBack() throws {
        var settings = SwitchSettings.small
        settings.connections.perPort = 2
        settings.connections.timeouts.udpReplied = 1_000
        let rig = try limited(4, settings)
        for port in [1, 2] as [UInt16] {
            #expect(open(rig, 1, from: port) == 1)
            #expect(rig.passes(FrameBuilder(2, 1).udp(7, port), from: 2, to: 1))
        }
        #expect(open(rig, 20, from: 30) == 0)
        #expect(rig.drops(1) == [.connectionLimit: 20])
        let passed = (0..<20).count {
            rig.passes(FrameBuilder(2, 3).udp(UInt16(500 + $0), 7), from: 2, to: 3)
        }
        #expect(passed == 2)
    }

    @Test("frames without a connection take a token each")
    func limitsUntracked() throws {
        let rig = try limited(3)
        let body = [UInt8](repeating: 0, count: 16)
        for _ in 0..<5 { rig.send(FrameBuilder(1, 2).icmp(13, 0, body), from: 1) }
        #expect(rig.received(2).count == 3)
        rig.breathe(after: 1_000_000_000)
        for _ in 0..<5 { rig.send(FrameBuilder.broadcast(from: 1), from: 1) }
        #expect(rig.received(2).count == 3 && rig.received(3).count == 3)
        #expect(rig.drops(1) == [.policyLimit: 4])
    }
}
