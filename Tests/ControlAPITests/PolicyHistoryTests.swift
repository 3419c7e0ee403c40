import ControlAPI
import Testing

extension PolicyHistory {
    /// A history in which every field is set.
    static var sample: PolicyHistory {
        var generation = PolicyGeneration(
            generation: 7, appliedAt: "2026-11-21T17:00:00Z", origin: "applied", digest: "ab12")
        generation.files = ["policies/shop.yaml"]
        generation.current = true
        return PolicyHistory(
            generations: [generation],
            confirmation: PolicyConfirmation(generation: 7, fallback: 5, secondsLeft: 60))
    }
}

@Suite("PolicyHistory")
struct PolicyHistoryTests {
    @Test("a generation to return to is a whole number, and nothing else is asked")
    func rollbackIsStrict() throws {
        #expect(try PolicyRollbackRequest.decode(#"{"generation": 7}"#.utf8).generation == 7)
        for text in [
            "{}", #"{"generation": "7"}"#, #"{"generation": 7.5}"#, #"{"generation": 7, "x": 1}"#,
        ] {
            #expect(throws: Problem.self) { try PolicyRollbackRequest.decode(text.utf8) }
        }
    }

    @Test("the time to confirm is between a second and a day", arguments: [0, -1, 86_401])
    func confirmWithinHasBounds(seconds: Int) {
        let text = #"{"files": [], "confirmWithin": \#(seconds)}"#
        let problem = #expect(throws: Problem.self) {
            try PolicyApplyRequest.decode(text.utf8)
        }
        #expect(problem?.field == "confirmWithin")
    }

    @Test("an apply that says nothing else audits nothing, waits for nothing, and may not widen")
    func applyDefaults() throws {
        let request = try PolicyApplyRequest.decode(#"{"files": []}"#.utf8)
        #expect(!request.audit && request.confirmWithin == nil && !request.allowWidening)
    }
}
