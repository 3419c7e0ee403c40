import ControlAPI
import ControlPlane
import Packet
import PolicyEngine
import Testing

@Suite("ReplayJudge")
struct ReplayJudgeTests {
    /// web1 (10.0.0.1) and db1 (10.0.0.2, on another host) in network 1; red1 (10.0.0.1) in 2.
    static func world() throws -> ReplayJudge.World {
        var universe = try FlowRecommendationTests.universe([
            ["role": "web"], ["role": "db"], ["role": "web"],
        ])
        for (index, name) in ["web1", "db1", "red1"].enumerated() {
            universe.endpoints[index].vm = name
        }
        universe.endpoints[1].port = nil
        universe.endpoints[2].network = VNI(rawValue: 2)!
        universe.endpoints[2].addresses = [try #require(IPAddress("10.0.0.1"))]
        let book = try PolicyBook(
            [StoredPolicy(path: "old.yaml", text: policy("tcp/5432", name: "old"))], for: universe)
        var world = ReplayJudge.World(book, universe)
        world.networks = [VNI(rawValue: 1)!: "blue", VNI(rawValue: 2)!: "red"]
        world.devices = ["web1": VNI(rawValue: 1)!, "red1": VNI(rawValue: 2)!]
        world.ports = [PortNumber(rawValue: 1): "web1"]
        world.hosts = ["db1": "hv2"]
        return world
    }

    /// web may reach db on `services`; db also the address 192.0.2.1.
    static func policy(_ services: String, name: String) -> String {
        """
        policy: \(name)
        for: any
        rules:
          - allow label role=web -> label role=db on \(services) as pg
          - allow label role=db -> cidr 192.0.2.1/32
        default: reject
        """
    }

    static func reply(
        _ frames: [ReplayFrame], _ services: String = "tcp/80", interfaces: [String] = ["eth0"]
    ) throws -> ReplayReply {
        let files = [PolicyFileText(path: "new.yaml", text: policy(services, name: "new"))]
        let request = ReplayRequest(files: files, interfaces: interfaces, frames: frames)
        return try ReplayJudge(of: request, in: try world()).reply(to: request)
    }

    private func syn(
        _ from: String, _ to: String, _ port: UInt16, on interface: Int = 0
    ) -> ReplayFrame {
        ReplaySample.frame(
            ReplaySample.tcp((from, 40_000), (to, port), flags: 2), on: interface)
    }

    @Test("a connection is judged under both policies, with the deciding rules and both ends")
    func judges() throws {
        let reply = try Self.reply([
            syn("10.0.0.1", "10.0.0.2", 5432), syn("10.0.0.1", "10.0.0.2", 80),
        ])
        let first = try #require(reply.connections.first)
        #expect(first.network == "blue" && first.service == "tcp/5432" && first.packets == 1)
        #expect(first.from.vm == "web1" && first.from.device == "web1" && first.from.port == 40_000)
        #expect(first.to.vm == "db1" && first.to.host == "hv2" && first.to.device == nil)
        #expect(first.before?.verdict == .allow && first.after?.verdict == .reject)
        #expect(first.before?.rules.map(\.name) == ["old/pg", "old/pg"])
        #expect(first.before?.rules.first?.line == 4)
        #expect(first.after?.rules.map(\.name) == ["new/default"])
        #expect(first.after?.rules.first?.file == "new.yaml")
        #expect(reply.connections.last?.before?.verdict == .reject)
        #expect(reply.connections.last?.after?.verdict == .allow)
    }

    @Test("an end on another host is judged by its own rules, too")
    func judgesElsewhere() throws {
        let reply = try Self.reply([
            syn("10.0.0.2", "192.0.2.1", 80), syn("10.0.0.2", "192.0.2.2", 80),
            syn("192.0.2.1", "10.0.0.2", 80),
        ])
        #expect(reply.connections.map(\.after?.verdict) == [.allow, .reject, .reject])
        #expect(reply.connections.first?.after?.rules.count == 1, "outside nobody is asked")
    }

    @Test("the network is that of the device, or the one in which both addresses are VMs'")
    func findsNetworks() throws {
        let names = ["eth0", "red1", "web1"]
        let reply = try Self.reply(
            [
                syn("10.0.0.1", "10.0.0.2", 1), syn("10.0.0.1", "192.0.2.9", 2),
                syn("10.0.0.1", "192.0.2.9", 3, on: 1), syn("10.0.0.1", "192.0.2.9", 4, on: 2),
                syn("192.0.2.8", "192.0.2.9", 5), syn("10.0.0.2", "192.0.2.9", 6, on: 1),
            ], interfaces: names)
        #expect(reply.connections.map(\.service) == ["tcp/1", "tcp/3", "tcp/4"])
        #expect(reply.connections.map(\.network) == ["blue", "red", "blue"])
        #expect(reply.connections.map(\.from.vm) == ["web1", "red1", "web1"])
        #expect(reply.ignored.ambiguous == 1 && reply.ignored.outside == 2)
    }

    @Test("what is cut to its headers is read; what is cut within them, or no frame, is counted")
    func countsUnreadable() throws {
        let whole = ReplaySample.tcp(("10.0.0.1", 1), ("10.0.0.2", 80), flags: 2)
        let long = ReplaySample.ipv4(
            6, "10.0.0.1", "10.0.0.2", Array(whole[34...]) + [UInt8](repeating: 7, count: 1_400))
        var frames = [
            ReplaySample.frame(Array(long.prefix(192)), length: long.count),
            ReplaySample.frame(Array(long.prefix(54)), length: long.count),
            ReplaySample.frame(Array(long.prefix(53)), length: long.count),
            ReplaySample.frame(whole, length: 10), ReplaySample.frame(whole, length: -1),
            ReplaySample.frame(whole, length: 1 << 40), ReplaySample.frame([]),
        ]
        frames += whole.indices.map { ReplaySample.frame(Array(whole.prefix($0))) }
        let reply = try Self.reply(frames)
        #expect(reply.connections.count == 1 && reply.connections.first?.packets == 2)
        #expect(reply.ignored.unreadable == frames.count - 2)
    }

    @Test("what one frame leaves behind is not seen in the next")
    func clearsBetweenFrames() throws {
        let quoted = Array(ReplaySample.udp(("10.0.0.1", 1), ("10.0.0.2", 2))[14...])
        let error = ReplaySample.icmp(3, "10.0.0.2", "10.0.0.1", quoted)
        let reply = try Self.reply([
            ReplaySample.frame(error),
            ReplaySample.frame(Array(error.prefix(42)), length: error.count),
        ])
        #expect(reply.ignored.ungoverned == 1 && reply.ignored.unreadable == 1)
    }

    @Test("random bytes are read or counted, never a trap")
    func survivesGarbage() throws {
        var random = SeededRandom(seed: 20_261_122)
        let whole = ReplaySample.tcp(("10.0.0.1", 9), ("10.0.0.2", 80), flags: 2)
        let frames = (0..<5_000).map { _ in
            var bytes = whole
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
                    in: 0...255, using: &random)
            }
            return ReplaySample.frame(bytes, length: Int.random(in: 0...200, using: &random))
        }
        let reply = try Self.reply(frames)
        let ignored = reply.ignored
        let sum = ignored.unreadable + ignored.ungoverned + ignored.outside + ignored.ambiguous
        #expect(sum + reply.connections.reduce(0) { $0 + $1.packets } == frames.count)
    }

    @Test("a request that is wrong is refused, and its field named")
    func refuses() throws {
        let frame = syn("10.0.0.1", "10.0.0.2", 1)
        let broken = ReplayFrame(interface: 0, length: 9, data: "%")
        for (frames, interfaces, status, field) in [
            ([frame], [], 400, "frames.0.interface"),
            ([frame, broken], ["a"], 400, "frames.1.data"),
            ([ReplayFrame(interface: -1, length: 0, data: "")], ["a"], 400, "frames.0.interface"),
            (Array(repeating: frame, count: 20_001), ["a"], 413, "frames"),
        ] {
            let problem = #expect(throws: Problem.self) {
                try Self.reply(frames, interfaces: interfaces)
            }
            #expect(problem?.status == status && problem?.field == field, "\(field)")
        }
        let invalid = #expect(throws: Problem.self) { try Self.reply([], "nothing") }
        #expect(invalid?.status == 422 && invalid?.errors?.first?.line == 4)
    }
}
