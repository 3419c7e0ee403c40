import ControlAPI
import Testing

/// Through the judge, who is the only one to ask.
@Suite("ReplayedConnections")
struct ReplayedConnectionsTests {
    private typealias Sample = ReplaySample
    private let web = ("10.0.0.1", UInt16(40_000))
    private let database = ("10.0.0.2", UInt16(80))

    /// `web1 -> db1 on tcp/80, 3` for each connection of the frames, `?` where it was not judged.
    private func connections(_ frames: [UInt8]...) throws -> [String] {
        try ReplayJudgeTests.reply(frames.map { Sample.frame($0) }).connections.map { connection in
            let ends = "\(connection.from.vm ?? "-") -> \(connection.to.vm ?? "-")"
            let mark = connection.before == nil ? "?" : ""
            #expect((connection.before == nil) == (connection.after == nil))
            return "\(ends) on \(connection.service), \(connection.packets)\(mark)"
        }
    }

    @Test("a SYN opens a TCP connection; all that follows belongs to it, in both directions")
    func followsTCP() throws {
        let frames = [
            Sample.tcp(web, database, flags: 0x02), Sample.tcp(database, web, flags: 0x12),
            Sample.tcp(web, database, flags: 0x10), Sample.tcp(database, web, flags: 0x14),
        ]
        #expect(
            try connections(frames[0], frames[1], frames[2], frames[3])
                == ["web1 -> db1 on tcp/80, 4"])
    }

    @Test("without its SYN a connection is told, not judged; a SYN that comes later decides")
    func needsBeginning() throws {
        let answer = Sample.tcp(database, web, flags: 0x12)
        let data = Sample.tcp(web, database, flags: 0x10)
        let syn = Sample.tcp(web, database, flags: 0x02)
        #expect(try connections(answer, data) == ["db1 -> web1 on tcp/40000, 2?"])
        #expect(try connections(answer, data, syn) == ["web1 -> db1 on tcp/80, 3"])
        for flags in [0x04, 0x10, 0x11, 0x12, 0x14, 0x18] as [UInt8] {
            let frame = Sample.tcp(web, database, flags: flags)
            #expect(try connections(frame) == ["web1 -> db1 on tcp/80, 1?"], "\(flags)")
        }
        let marked = Sample.tcp(web, database, flags: 0xc2)  // with ECN (RFC 3168 §6.1.1)
        #expect(try connections(marked) == ["web1 -> db1 on tcp/80, 1"])
    }

    @Test("of UDP and protocols without ports, the first packet seen opens")
    func followsUDP() throws {
        let there = Sample.udp(web, database)
        let back = Sample.udp(database, web)
        #expect(try connections(there, back, there) == ["web1 -> db1 on udp/80, 3"])
        #expect(try connections(back, there) == ["db1 -> web1 on udp/40000, 2"])
        let other = Sample.ipv4(47, web.0, database.0, [0, 0, 0, 0])
        let answer = Sample.ipv4(47, database.0, web.0, [0, 0, 0, 0])
        #expect(try connections(other, answer) == ["web1 -> db1 on proto/47, 2"])
        let sctp = Sample.ipv4(
            132, web.0, database.0, [0x9c, 0x40, 0, 80] + [UInt8](repeating: 0, count: 12))
        #expect(try connections(sctp) == ["web1 -> db1 on sctp/80, 1"])
    }

    @Test("a ping is its request; its reply opens nothing, and a ping back is another")
    func followsPing() throws {
        let request = Sample.icmp(8, web.0, database.0)
        let reply = Sample.icmp(0, database.0, web.0)
        #expect(try connections(request, reply) == ["web1 -> db1 on icmp/8, 2"])
        #expect(try connections(reply) == ["web1 -> db1 on icmp/8, 1?"])
        #expect(try connections(reply, request) == ["web1 -> db1 on icmp/8, 2"])
        let back = Sample.icmp(8, database.0, web.0)
        #expect(
            try connections(request, reply, back)
                == ["web1 -> db1 on icmp/8, 2", "db1 -> web1 on icmp/8, 1"])
        let stamp = Sample.icmp(13, web.0, database.0, [UInt8](repeating: 0, count: 12))
        #expect(try connections(stamp) == ["web1 -> db1 on icmp/13, 1"])
    }

    @Test("ARP, errors, leases and later fragments are no connections, and are counted")
    func ignores() throws {
        var fragment = Sample.udp(web, database)
        fragment[20] = 0x00
        fragment[21] = 0x02
        let sum = UInt32(fragment[24]) << 8 | UInt32(fragment[25])
        let repaired = sum > 2 ? sum - 2 : sum + 0xfffd
        fragment[24] = UInt8(repaired >> 8)
        fragment[25] = UInt8(repaired & 0xff)
        let quoted = Array(Sample.udp(web, database)[14...])
        let error = Sample.icmp(3, database.0, web.0, quoted)
        let lease = Sample.udp((database.0, 67), (web.0, 68))
        let frames = [Sample.arp, fragment, error, lease].map { Sample.frame($0) }
        let reply = try ReplayJudgeTests.reply(frames)
        #expect(reply.connections.isEmpty, "\(reply)")
        #expect(reply.ignored.ungoverned == 4, "\(reply.ignored)")
    }
}
