import ControlAPI
import Testing

extension Problem {
    /// A problem in which every field is set.
    static var sample: Problem {
        var problem = Problem(policyErrors: [.sample])
        problem.instance = "/v1/policy"
        return problem
    }
}

@Suite("Problem")
struct ProblemTests {
    @Test("every kind has its own type, a title, and a status that is an error")
    func kinds() {
        #expect(Set(Problem.Kind.allCases.map(\.type)).count == Problem.Kind.allCases.count)
        for kind in Problem.Kind.allCases {
            let problem = Problem(kind, "d")
            #expect((400..<600).contains(problem.status), "\(kind)")
            #expect(problem.type == "urn:vswitch:problem:\(kind.rawValue)")
            #expect(!problem.title.isEmpty)
        }
    }

    @Test("a problem document of another program, with more members, is read (RFC 9457 §3.2)")
    func readsExtensions() throws {
        let json = """
            {"type": "about:blank", "title": "T", "status": 418, "detail": "D", "balance": 30}
            """
        let problem = try ControlJSON.decode(Problem.self, from: json.utf8)
        #expect(problem.status == 418 && problem.detail == "D")
    }

    @Test(
        "detail and hint make one sentence",
        arguments: [
            ("It failed.", "Try again.", "It failed; try again"),
            ("It failed", nil, "It failed"), ("It failed.", "", "It failed"),
            ("It failed.", "use /dev/null", "It failed; use /dev/null"), ("", nil, ""),
        ] as [(String, String?, String)])
    func sentences(detail: String, hint: String?, sentence: String) {
        #expect(Problem(.failed, detail, hint: hint).sentence == sentence)
    }

    @Test("the problem of a policy counts its errors and carries them")
    func countsErrors() {
        let one = Problem(policyErrors: [.sample])
        #expect(one.detail.contains("1 error;") && one.status == 422)
        #expect(Problem(policyErrors: [.sample, .sample]).detail.contains("2 errors;"))
        #expect(one.errors == [.sample])
        let directory = Problem(directoryErrors: [.sample, .sample])
        #expect(directory.detail.contains("2 errors;") && directory.status == 422)
        #expect(Problem(directoryErrors: [.sample]).detail.contains("1 error;"))
    }
}
