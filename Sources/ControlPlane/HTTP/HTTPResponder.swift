/// Answers the requests that a server reads.
package protocol HTTPResponder: Sendable {
    /// The largest body of this request, in bytes; its own body is not read yet. One with more is
    /// refused.
    func bodyByteCountMax(of request: HTTPRequest) -> Int

    /// The answer to `request`.
    func respond(to request: HTTPRequest) async -> HTTPResponse
}
