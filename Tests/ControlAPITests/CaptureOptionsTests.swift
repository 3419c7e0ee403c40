import ControlAPI
import Testing

@Suite("CaptureOptions")
struct CaptureOptionsTests {
    @Test("what a client asks is what the daemon reads")
    func roundTrip() throws {
        var options = CaptureOptions(
            filter: "tcp port 80 && host a", count: 5, durationSeconds: 60, snapLength: 96)
        options.point = .verdict
        #expect(try CaptureOptions(query: options.query) == options)
        #expect(Set(options.query.map(\.name)) == Set(CaptureOptions.names))
    }

    @Test("without a query every frame is taken, at the guest, without an end")
    func defaults() throws {
        let options = try CaptureOptions(query: [])
        #expect(options == CaptureOptions())
        #expect(options.query.isEmpty)
    }

    @Test(
        "a value out of range is refused, and the parameter is named",
        arguments: [
            ("count", "0"), ("count", "2147483648"), ("count", "-1"), ("count", "x"),
            ("count", ""), ("duration", "86401"), ("duration", "1.5"), ("snaplen", "13"),
            ("snaplen", "262145"), ("point", "host"), ("count", "99999999999999999999"),
        ])
    func refusesValues(name: String, value: String) {
        let problem = #expect(throws: Problem.self) {
            try CaptureOptions(query: [(name: name, value: value)])
        }
        #expect(problem?.field == name)
    }

    @Test("the ends of each range are taken")
    func takesTheEnds() throws {
        let least = [(name: "count", value: "1"), (name: "snaplen", value: "14")]
        let most = [(name: "count", value: "2147483647"), (name: "duration", value: "86400")]
        #expect(try CaptureOptions(query: least).snapLength == 14)
        #expect(try CaptureOptions(query: most).durationSeconds == 86_400)
    }

    @Test("a parameter that does not exist is refused with the list of those that do")
    func refusesUnknown() {
        let problem = #expect(throws: Problem.self) {
            try CaptureOptions(query: [(name: "snap", value: "1")])
        }
        #expect(problem?.detail.contains("filter, count, duration, snaplen, point") == true)
    }

    @Test("flows are asked for by VM and verdict, and nothing else")
    func flowQuery() throws {
        let query = FlowQuery(vm: "web1", verdict: .reject)
        #expect(try FlowQuery(query: query.query) == query)
        #expect(throws: Problem.self) { try FlowQuery(query: [(name: "host", value: "a")]) }
        #expect(throws: Problem.self) { try FlowQuery(query: [(name: "verdict", value: "no")]) }
    }
}
