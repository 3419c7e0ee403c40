import ControlAPI
import NIOCore
import NIOHTTP1

/// An answer: its status, its headers, and its body or what makes it.
package struct HTTPResponse: Sendable {
    /// The status.
    package var status: HTTPResponseStatus
    /// The headers, without those that say how the message is framed.
    package var headers: HTTPHeaders
    /// The body.
    package var body: Body

    /// Where the bytes come from.
    package enum Body: Sendable {
        /// They are all there.
        case bytes(ByteBuffer)
        /// They come as time goes on; the connection ends with them.
        case stream(@Sendable (HTTPResponseStream) async throws -> Void)
    }

    /// An answer with this body.
    package init(_ status: HTTPResponseStatus, _ mediaType: String, _ body: Body) {
        self.status = status
        headers = ["content-type": mediaType]
        self.body = body
    }

    /// An answer without a body.
    package init(_ status: HTTPResponseStatus) {
        self.status = status
        headers = [:]
        body = .bytes(ByteBuffer())
    }

    /// A value in JSON.
    init(json value: some Encodable, status: HTTPResponseStatus = .ok) throws {
        let bytes = ByteBuffer(bytes: try ControlJSON.encode(value))
        self.init(status, "application/json", .bytes(bytes))
    }

    /// A problem with the request for `path`.
    init(_ problem: Problem, at path: String? = nil) {
        var problem = problem
        problem.instance = path
        let bytes = ByteBuffer(bytes: (try? ControlJSON.encode(problem)) ?? [])
        self.init(
            HTTPResponseStatus(statusCode: problem.status), Problem.mediaType, .bytes(bytes))
    }
}
