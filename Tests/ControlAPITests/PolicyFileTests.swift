import ControlAPI
import Testing

extension PolicyFileText {
    /// A file.
    static let sample = PolicyFileText(path: "policies/shop.yaml", text: "policy: shop\n")
}

extension PolicyApplyRequest {
    /// A request in which every field is set.
    static var sample: PolicyApplyRequest {
        var request = PolicyApplyRequest(files: [.sample])
        request.audit = true
        request.confirmWithin = 60
        request.allowWidening = true
        return request
    }
}

extension PolicyFault {
    /// A fault in which every field is set.
    static var sample: PolicyFault {
        var fault = PolicyFault(
            path: "policies/shop.yaml", line: 3, column: 9, message: "there is no group 'wbe'")
        fault.hint = "did you mean 'web'?"
        fault.sourceLine = "  - allow wbe -> db"
        return fault
    }
}

@Suite("PolicyFile")
struct PolicyFileTests {
    @Test("an empty list of files is a policy: none")
    func acceptsNoFiles() throws {
        #expect(try PolicyRequest.decode(#"{"files": []}"#.utf8).files.isEmpty)
    }

    @Test("files are taken as they are unless audit mode is said, and that goes to the daemon")
    func tellsAudit() throws {
        #expect(try !PolicyRequest.decode(#"{"files": []}"#.utf8).audit)
        var request = PolicyRequest(files: [])
        request.audit = true
        #expect(try PolicyRequest.decode(try ControlJSON.encode(request)) == request)
        var question = ExplainRequest.sample
        #expect(try ExplainRequest.decode(try ControlJSON.encode(question)) == question)
        question.audit = false
        #expect(try ExplainRequest.decode(try ControlJSON.encode(question)) == question)
        var replay = ReplayRequest.sample
        replay.audit = true
        #expect(try ReplayRequest.decode(try ControlJSON.encode(replay)) == replay)
    }

    @Test("an unknown key in a file is refused, and named by its place")
    func refusesNestedKeys() {
        let json = #"{"files": [{"path": "a", "text": ""}, {"path": "b", "text": "", "mode": 1}]}"#
        let problem = #expect(throws: Problem.self) { try PolicyRequest.decode(json.utf8) }
        #expect(problem?.field == "files.1.mode")
    }

    @Test("a file without a text is refused, and the text is named")
    func needsText() {
        let json = #"{"files": [{"path": "a"}]}"#
        let problem = #expect(throws: Problem.self) { try PolicyRequest.decode(json.utf8) }
        #expect(problem?.field == "files.0.text")
    }

    @Test("the text arrives byte for byte, whatever it holds")
    func keepsText() throws {
        let text = "# \"quoted\" \\ / tab\t \u{1F600} \u{0} \r\n"
        let request = PolicyRequest(files: [PolicyFileText(path: "ä/b.yaml", text: text)])
        let decoded = try PolicyRequest.decode(try ControlJSON.encode(request))
        #expect(decoded.files.first?.text.utf8.elementsEqual(text.utf8) == true)
        #expect(decoded == request)
    }
}
