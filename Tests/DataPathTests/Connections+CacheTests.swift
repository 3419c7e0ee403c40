import DataPath
import Packet
import PolicyEngine
import Ports
import Telemetry
import Testing

/// The flow cache is a cache: what it remembers never changes what happens.
@Suite struct ConnectionsCacheTests {
    private static let seed: UInt64 = 0xcac4e

    @Test("verdicts are the same without a cache, with one entry, a few, and many")
    func agrees() throws {
        var generator = Seeded(state: Self.seed)
        let rigs = try [0, 1, 8, 65_536].map { entries in
            var settings = SwitchSettings()
            settings.secret = Self.settings.secret
            settings.flowCapacity = entries
            return try SwitchRig(nil, settings)
        }
        for step in 0..<6_000 {
            if step % 50 == 0 {
                let policy = Self.policy(&generator)
                for rig in rigs { try rig.apply(policy) }
            }
            let source = UInt8.random(in: 1...3, using: &generator)
            let frame = Self.frame(from: source, &generator)
            let pause: UInt64 = Int.random(in: 0..<200, using: &generator) == 0 ? 1 << 30 : 0
            let results = rigs.map { rig in
                if pause > 0 { rig.breathe(after: pause) }
                rig.send(frame, from: source)
                return Result(
                    arrivals: [1, 2, 3].map { rig.received($0).map(\.bytes) },
                    drops: rig.recentDrops(source).first, events: rig.events().map(\.kind))
            }
            let isAgreed = results.allSatisfy { $0 == results[0] }
            #expect(isAgreed, "seed \(Self.seed), step \(step)")
            if !isAgreed { return }
        }
        #expect(rigs.allSatisfy { $0.total == rigs[0].total && $0.hits == rigs[0].hits })
        #expect(rigs[0].total.transmittedFrames > 500 && rigs[0].total.droppedTotal > 500)
        #expect(rigs[0].total.dropped[.policyRevoked] > 10)
    }

    /// What is seen of one frame from outside.
    private struct Result: Equatable {
        let arrivals: [[[UInt8]]]
        let drops: DropRecord?
        let events: [DataPathEvent.Kind]
    }

    private static let settings = SwitchSettings()
    private static let ports: [UInt16] = [53, 80, 443]

    /// A policy of a few random rules, some with a limit.
    private static func policy(_ generator: inout Seeded) -> String {
        let peers = ["any", "vm vm1", "vm vm2", "vm vm3"]
        let services = ["any", "tcp/80", "udp/53", "tcp, udp", "icmp", "tcp/443, udp/80"]
        let rules = (0..<5).map { _ in
            let verb = ["allow", "allow", "deny", "reject"].randomElement(using: &generator) ?? ""
            let sides = (0..<2).map { _ in peers.randomElement(using: &generator) ?? "" }
            let service = services.randomElement(using: &generator) ?? ""
            let isLimited = verb == "allow" && Bool.random(using: &generator)
            return "  - \(verb) \(sides[0]) -> \(sides[1]) on \(service) log"
                + (isLimited ? " limit 20/s" : "")
        }
        return "policy: test\nfor: any\nrules:\n" + rules.joined(separator: "\n") + "\n"
    }

    /// A frame of one of not many flows.
    private static func frame(from source: UInt8, _ generator: inout Seeded) -> MemoryFrame {
        let builder = FrameBuilder(source, source % 3 + 1)
        let other = FrameBuilder(source, (source + 1) % 3 + 1)
        let chosen = Bool.random(using: &generator) ? builder : other
        let (from, to) = (
            ports.randomElement(using: &generator) ?? 0, ports.randomElement(using: &generator) ?? 0
        )
        let flags: [TCPFlags] = [.syn, [.syn, .ack], .ack, .ack, [.fin, .ack], .rst]
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<3: return chosen.udp(from, to)
        case 3..<7: return chosen.tcp(from, to, flags.randomElement(using: &generator) ?? .syn)
        case 7: return chosen.echo(Bool.random(using: &generator) ? 8 : 0)
        case 8: return chosen.icmp(13, 0, [UInt8](repeating: 0, count: 16))
        default: return FrameBuilder.broadcast(from: source)
        }
    }
}

/// Numbers that follow from a seed (SplitMix64, Steele and others, OOPSLA 2014).
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }
}
