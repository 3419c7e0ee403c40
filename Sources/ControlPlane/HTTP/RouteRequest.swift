import ControlAPI
import NIOCore

/// A request that has found its route.
struct RouteRequest: Sendable {
    /// The request as it came.
    let request: HTTPRequest
    /// The word in place of the template's variable, percent-decoded; empty when it has none.
    let word: String
    /// The query's names and values, percent-decoded.
    let query: [(name: String, value: String)]

    /// Refuses every query parameter, for a route that takes none.
    func refuseQuery() throws(Problem) {
        if let first = query.first { throw Problem.unknownParameter(first.name, known: []) }
    }

    /// The body as a request of this type, strictly.
    func body<Body: RequestBody>(_ type: Body.Type) throws(Problem) -> Body {
        try refuseQuery()
        return try Body.decode(request.body.readableBytesView)
    }
}
