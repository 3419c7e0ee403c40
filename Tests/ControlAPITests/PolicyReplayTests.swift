import ControlAPI
import Testing

extension ReplayRequest {
    /// A request in which every field is set.
    static let sample = ReplayRequest(
        files: [.sample], interfaces: ["web1"],
        frames: [ReplayFrame(interface: 0, length: 60, data: "AAECAw==")])
}

extension ReplayVerdict {
    /// A verdict in which every field is set.
    static var sample: ReplayVerdict {
        var verdict = ReplayVerdict(.allow, rules: [.sample])
        verdict.audited = true
        return verdict
    }
}

extension ReplayConnection {
    /// A connection in which every field is set.
    static var sample: ReplayConnection {
        var connection = ReplayConnection(
            network: "blue", service: "tcp/22", from: .sample, to: .sample)
        connection.packets = 3
        connection.before = .sample
        connection.after = ReplayVerdict(.deny, rules: [])
        return connection
    }
}

extension ReplayIgnored {
    /// Counts that differ.
    static var sample: ReplayIgnored {
        var ignored = ReplayIgnored()
        (ignored.unreadable, ignored.ungoverned) = (1, 2)
        (ignored.outside, ignored.ambiguous) = (3, 4)
        return ignored
    }
}

extension ReplayReply {
    /// A reply in which every field is set.
    static let sample = ReplayReply(connections: [.sample], ignored: .sample)
}

@Suite("PolicyReplay")
struct PolicyReplayTests {
    @Test(
        "a frame of wrong numbers is refused, and the number named",
        arguments: [
            (#"{"interface":0.5,"length":1,"data":""}"#, "interface"),
            (#"{"interface":0,"length":1e99,"data":""}"#, "length"),
            (#"{"interface":0,"length":1}"#, "data"),
            (#"{"interface":0,"length":1,"data":"","time":0}"#, "time"),
        ])
    func refusesFrames(json: String, field: String) {
        let problem = #expect(throws: Problem.self) { try ReplayFrame.decode(json.utf8) }
        #expect(problem?.field == field)
    }

    @Test("a connection that was not judged has no verdicts")
    func leavesOutVerdicts() throws {
        var connection = ReplayConnection.sample
        connection.before = nil
        connection.after = nil
        let fields = try SchemaSample(connection).fields()
        #expect(fields["before"] == nil && fields["after"] == nil && fields["packets"] != nil)
    }
}
