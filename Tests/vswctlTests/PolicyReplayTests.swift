import ControlAPI
import Testing
import vswctl

extension ReplayConnection {
    /// From this port of web1 to db1, judged so.
    static func sample(
        _ from: UInt16, _ before: Verdict?, _ after: Verdict?
    ) -> ReplayConnection {
        var connection = ReplayConnection(
            network: "blue", service: "tcp/80",
            from: FlowEnd(address: "10.0.0.1", port: Int(from), vm: "web1"),
            to: FlowEnd(address: "10.0.0.2", port: 80, vm: "db1"))
        connection.packets = 2
        let rule = RuleReference(name: "shop/pg", file: "shop.yaml", line: 4)
        connection.before = before.map { ReplayVerdict($0, rules: [rule, rule]) }
        connection.after = after.map { ReplayVerdict($0, rules: [RuleReference(name: "default")]) }
        return connection
    }

    static let allowedThenDenied = sample(40_000, .allow, .deny)

    /// The same, seen from the other end.
    var reversed: ReplayConnection {
        var connection = self
        (connection.from, connection.to) = (to, from)
        connection.service = "tcp/\(from.port ?? 0)"
        return connection
    }
}

@Suite("PolicyReplay")
struct VswctlPolicyReplayTests {
    private func merged(_ replies: [ReplayConnection]...) throws -> ReplayMerger {
        var merger = ReplayMerger()
        for connections in replies {
            try merger.add(ReplayReply(connections: connections, ignored: .some))
        }
        return merger
    }

    @Test("a connection that goes on in the next piece is counted once, as it was first judged")
    func mergesOnce() throws {
        let first = ReplayConnection.sample(1, .allow, .deny)
        let merger = try merged(
            [first], [ReplayConnection.sample(1, nil, nil).reversed],
            [ReplayConnection.sample(1, .deny, .allow).reversed],
            [ReplayConnection.sample(2, .allow, .allow)])
        let connections = merger.whole.connections
        #expect(connections.count == 2 && connections.first?.packets == 6)
        #expect(
            connections.first?.from == first.from && connections.first?.before?.verdict == .allow)
        #expect(merger.whole.ignored.outside == 4 && merger.whole.ignored.unreadable == 8)
        #expect(merger.whole.ignored.ambiguous == 12 && merger.whole.ignored.ungoverned == 16)
    }

    @Test("a connection whose beginning comes in a later piece is judged by it")
    func takesBeginnings() throws {
        let late = ReplayConnection.sample(1, .allow, .deny)
        let merger = try merged([ReplayConnection.sample(1, nil, nil).reversed], [late])
        #expect(merger.whole.connections.count == 1)
        #expect(merger.whole.connections.first?.from == late.from)
        #expect(merger.whole.connections.first?.after?.verdict == .deny)
    }

    @Test("two pings, and one connection in two networks or protocols, are not the same")
    func keepsApart() throws {
        var ping = ReplayConnection(
            network: "blue", service: "icmp/8", from: FlowEnd(address: "a"),
            to: FlowEnd(address: "b"))
        ping.before = ReplayVerdict(.allow, rules: [])
        var back = ping
        (back.from, back.to) = (ping.to, ping.from)
        var red = ReplayConnection.allowedThenDenied
        red.network = "red"
        var udp = ReplayConnection.allowedThenDenied
        udp.service = "udp/80"
        let merger = try merged([ping, back, .allowedThenDenied], [ping, red, udp])
        #expect(merger.whole.connections.count == 5)
    }

    @Test("only what changes is listed; totals and what was not judged follow")
    func tells() throws {
        var merger = try merged([
            .sample(1, .allow, .allow), .sample(2, .allow, .deny), .sample(3, .deny, .allow),
            .sample(4, .deny, .reject), .sample(5, nil, nil), .sample(6, .allow, .reject),
        ])
        merger.skippedCount = 1
        let lines = [
            "deny, was allow: web1 10.0.0.1:2 -> db1 10.0.0.2:80 on tcp/80 in network blue",
            "  now   allow by shop/pg shop.yaml:4", "  then  deny by default",
            "allow, was deny: web1 10.0.0.1:3 -> db1 10.0.0.2:80 on tcp/80 in network blue",
            "  now   deny by shop/pg shop.yaml:4", "  then  allow by default",
            "reject, was deny: web1 10.0.0.1:4 -> db1 10.0.0.2:80 on tcp/80 in network blue",
            "  now   deny by shop/pg shop.yaml:4", "  then  reject by default",
            "reject, was allow: web1 10.0.0.1:6 -> db1 10.0.0.2:80 on tcp/80 in network blue",
            "  now   allow by shop/pg shop.yaml:4", "  then  reject by default",
            "5 connections, 2 would be denied, 1 would be allowed, "
                + "1 would be refused in another way",
            "not judged: 1 connection whose beginning is not in the capture",
            "not judged: 1 frame between addresses of no VM",
            "not judged: 3 frames whose addresses are in several networks",
            "not judged: 2 frames without sound headers",
            "not judged: 1 frame in blocks of an old kind",
        ]
        #expect(ReplayText(merger).description == lines.map { $0 + "\n" }.joined())
    }

    @Test("what only audit would refuse is a change, too")
    func tellsAudits() throws {
        var connection = ReplayConnection.sample(1, .allow, .allow)
        connection.after?.audited = true
        let text = ReplayText(try merged([connection])).description
        #expect(text.hasPrefix("allow (audited), was allow: web1"), "\(text)")
        #expect(text.contains("1 connection, 0 would be denied, 0 would be allowed\n"))
    }
}

extension ReplayIgnored {
    /// Counts that differ.
    fileprivate static var some: ReplayIgnored {
        var ignored = ReplayIgnored()
        (ignored.outside, ignored.unreadable) = (1, 2)
        (ignored.ambiguous, ignored.ungoverned) = (3, 4)
        return ignored
    }
}
