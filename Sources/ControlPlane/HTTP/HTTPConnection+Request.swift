import ControlAPI
import NIOCore
import NIOHTTP1

/// How a request is read.
extension HTTPConnection {
    /// How much of a refused request's body is taken, in bytes, so that its client gets to read
    /// why.
    private static let discardByteCountMax = 64 << 20

    /// The next request's head; nil when the client has no more.
    ///
    /// The time runs from the answer before to the head's last byte: neither silence nor a head
    /// that comes byte by byte holds the connection longer.
    func head(_ parts: inout Parts) async throws -> HTTPRequestHead? {
        let timer = timer()
        defer { timer.cancel() }
        guard case .head(let head) = try await parts.next() else { return nil }
        return head
    }

    /// The whole request that begins with `head`, or why it is refused.
    func request(
        _ head: HTTPRequestHead, _ parts: inout Parts
    ) async throws -> Result<HTTPRequest, Problem> {
        guard head.version.major == 1, head.version == .http1_0 || head.headers["host"].count == 1
        else { return .failure(.notUnderstood) }
        var request = HTTPRequest(head)
        let byteCountMax = responder.bodyByteCountMax(of: request)
        let announced = head.headers.first(name: "content-length").flatMap { Int($0) }
        guard announced ?? 0 <= byteCountMax else { return .failure(.tooLarge(byteCountMax)) }
        if head.headers[canonicalForm: "expect"].contains("100-continue") {
            let go = HTTPResponseHead(version: .http1_1, status: .continue)
            try await channel.writeAndFlush(HTTPServerResponsePart.head(go)).get()
        }
        guard let body = try await body(upTo: byteCountMax, &parts) else {
            return .failure(.tooLarge(byteCountMax))
        }
        request.body = body
        return .success(request)
    }

    /// The rest of the request; nil when it has more bytes.
    private func body(upTo byteCountMax: Int, _ parts: inout Parts) async throws -> ByteBuffer? {
        let timer = timer()
        defer { timer.cancel() }
        var body = ByteBuffer()
        while case .body(var bytes) = try await parts.next() {
            guard body.readableBytes + bytes.readableBytes <= byteCountMax else { return nil }
            body.writeBuffer(&bytes)
        }
        return body
    }

    /// Takes the rest of a refused request: a socket that is closed with unread bytes in it may
    /// take the answer from the client.
    func discard(_ parts: inout Parts) async {
        let timer = timer()
        defer { timer.cancel() }
        var byteCount = 0
        while byteCount < Self.discardByteCountMax, case .body(let bytes)? = try? await parts.next()
        {
            byteCount += bytes.readableBytes
        }
    }
}

extension HTTPRequest {
    init(_ head: HTTPRequestHead) {
        self.init(head.method.rawValue, head.uri)
    }
}

extension Problem {
    /// What was sent is no HTTP/1.x.
    static func notHTTP(_ error: HTTPParserError) -> Problem {
        Problem(.invalidRequest, "The request is no HTTP/1.1: \(error).")
    }

    fileprivate static var notUnderstood: Problem {
        Problem(
            .invalidRequest, "The request is no HTTP/1.1, or does not have one 'Host' header.")
    }

    fileprivate static func tooLarge(_ byteCountMax: Int) -> Problem {
        Problem(
            .tooLarge, "The request body has more than \(byteCountMax) bytes.", field: "body",
            hint: "Send less at once.")
    }
}
