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
        if head.waitsForContinue {
            let go = HTTPResponseHead(version: .http1_1, status: .continue)
            try await channel.writeAndFlush(HTTPServerResponsePart.head(go)).get()
        }
        return try await body(upTo: byteCountMax, &parts).map {
            request.body = $0
            return request
        }
    }

    /// The rest of the request, which has to come to its end.
    private func body(
        upTo byteCountMax: Int, _ parts: inout Parts
    ) async throws -> Result<ByteBuffer, Problem> {
        let timer = timer()
        defer { timer.cancel() }
        var body = ByteBuffer()
        while let part = try await parts.next() {
            guard case .body(var bytes) = part else { return .success(body) }
            guard body.readableBytes + bytes.readableBytes <= byteCountMax else {
                return .failure(.tooLarge(byteCountMax))
            }
            body.writeBuffer(&bytes)
        }
        return .failure(.cutShort)
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

extension HTTPRequestHead {
    /// Whether the client sends no body until it is told to (RFC 9110 §10.1.1).
    fileprivate var waitsForContinue: Bool {
        version == .http1_1
            && headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
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

    fileprivate static var cutShort: Problem {
        Problem(.invalidRequest, "The request ended before its body did.", field: "body")
    }

    fileprivate static func tooLarge(_ byteCountMax: Int) -> Problem {
        Problem(
            .tooLarge, "The request body has more than \(byteCountMax) bytes.", field: "body",
            hint: "Send less at once.")
    }
}
