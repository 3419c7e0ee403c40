import ControlAPI
import Hummingbird
import NIOCore

/// A request that has found its route.
struct RouteRequest: Sendable {
    /// The largest body of most requests, in bytes.
    static let bodyByteCountMax = 2 << 20
    /// The largest body of a request that carries policy files, in bytes.
    static let policyByteCountMax = 8 << 20

    /// The request as it came.
    let request: Request
    /// The word in place of the template's variable, percent-decoded; empty when it has none.
    let word: String
    /// The query's names and values, percent-decoded.
    let query: [(name: String, value: String)]

    /// Refuses every query parameter, for a route that takes none.
    func refuseQuery() throws(Problem) {
        if let first = query.first { throw Problem.unknownParameter(first.name, known: []) }
    }

    /// The body as a request of this type, strictly.
    func body<Body: ControlAPI.RequestBody>(
        _ type: Body.Type, byteCountMax: Int = bodyByteCountMax
    ) async throws(Problem) -> Body {
        try refuseQuery()
        return try Body.decode(try await bytes(upTo: byteCountMax).readableBytesView)
    }

    private func bytes(upTo byteCountMax: Int) async throws(Problem) -> ByteBuffer {
        do {
            return try await request.body.collect(upTo: byteCountMax)
        } catch is NIOTooManyBytesError {
            throw Problem(
                .tooLarge, "The request body has more than \(byteCountMax) bytes.", field: "body",
                hint: "Send less at once.")
        } catch {
            throw Problem(.invalidRequest, "The request body could not be read: \(error).")
        }
    }
}
