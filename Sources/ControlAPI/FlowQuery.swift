/// Which flows are asked for: the query of `GET /v1/flows`.
public struct FlowQuery: Sendable, Equatable {
    /// Only flows with this VM at either end.
    public var vm: String?
    /// Only flows with this verdict.
    public var verdict: Verdict?

    /// Creates a question; without any limit it asks for every flow.
    public init(vm: String? = nil, verdict: Verdict? = nil) {
        self.vm = vm
        self.verdict = verdict
    }

    /// The names that the query knows.
    public static let names = ["vm", "verdict"]

    /// The query's fields, for a request.
    public var query: [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        if let vm { fields.append(("vm", vm)) }
        if let verdict { fields.append(("verdict", verdict.rawValue)) }
        return fields
    }

    /// Reads a query whose names and values are already percent-decoded; refuses unknown names.
    public init(query: some Sequence<(name: String, value: String)>) throws(Problem) {
        self.init()
        for (name, value) in query {
            switch name {
            case "vm": vm = value
            case "verdict": verdict = try Self.verdict(value)
            default: throw Problem.unknownParameter(name, known: Self.names)
            }
        }
    }

    private static func verdict(_ value: String) throws(Problem) -> Verdict {
        guard let verdict = Verdict(rawValue: value) else {
            throw Problem(.invalidRequest, "\(Verdict.refusal(of: value)).", field: "verdict")
        }
        return verdict
    }
}

extension Problem {
    /// The problem document for a query parameter that a route does not know.
    public static func unknownParameter(_ name: String, known: [String]) -> Problem {
        let names = known.isEmpty ? "none" : known.joined(separator: ", ")
        return Problem(
            .invalidRequest, "'\(name)' is not a known parameter; known are: \(names).",
            field: name)
    }
}
