import ControlAPI
import Testing

@Suite("RequestBody")
struct RequestBodyTests {
    @Test(
        "a body that is not a JSON object is refused with a sentence, never a trap",
        arguments: ["", "{", "[]", "7", "null", "\u{0}", "{\"device\": }", "\"x\"", "{}{}"])
    func refusesGarbage(json: String) {
        let problem = #expect(throws: Problem.self) { try AttachRequest.decode(json.utf8) }
        #expect(problem?.status == 400)
        #expect(problem?.detail.hasSuffix(".") == true)
    }

    @Test("a body that is cut anywhere is refused")
    func refusesCutBodies() throws {
        let whole = try ControlJSON.encode(AttachRequest.sample)
        for count in 0..<whole.count {
            #expect(throws: Problem.self, "cut at \(count)") {
                try AttachRequest.decode(whole.prefix(count))
            }
        }
    }

    @Test("a body with a flipped bit is decoded or refused, never a trap")
    func survivesFlippedBits() throws {
        let whole = try ControlJSON.encode(AttachRequest.sample)
        for bit in 0..<whole.count * 8 {
            var body = whole
            body[bit / 8] ^= 1 << (bit % 8)
            _ = try? AttachRequest.decode(body)
        }
    }

    @Test("deep nesting is refused")
    func refusesDeepNesting() {
        let json = #"{"device": "# + String(repeating: "[", count: 100_000)
        #expect(throws: Problem.self) { try AttachRequest.decode(json.utf8) }
    }

    @Test("of several unknown keys the first by name is told, every time")
    func namesTheFirst() {
        let json = #"{"device": "a", "zeta": 1, "alpha": 2}"#
        for _ in 0..<10 {
            let problem = #expect(throws: Problem.self) { try AttachRequest.decode(json.utf8) }
            #expect(problem?.field == "alpha")
        }
    }

    @Test("the whole body at fault is called body")
    func namesTheBody() {
        let problem = #expect(throws: Problem.self) { try PolicyRequest.decode("[1]".utf8) }
        #expect(problem?.field == "body")
        #expect(problem?.detail == "'body' must be an object.")
    }
}
