import NIOCore
import NIOHTTP1

/// How an answer is written.
extension HTTPConnection {
    /// Sends `response` to the request with this head; nil when the head could not be read.
    ///
    /// It returns when the kernel has every byte: only then may the connection be closed.
    func write(
        _ response: HTTPResponse, to request: HTTPRequestHead?, isLast: Bool
    ) async throws {
        var head = HTTPResponseHead(
            version: request?.version == .http1_0 ? .http1_0 : .http1_1, status: response.status,
            headers: response.headers)
        if isLast { head.headers.add(name: "connection", value: "close") }
        switch response.body {
        case .bytes(let bytes):
            head.headers.add(name: "content-length", value: "\(bytes.readableBytes)")
            try await write(head, request?.method == .HEAD ? ByteBuffer() : bytes)
        case .stream(let produce):
            try await stream(head, produce)
        }
    }

    private func write(_ head: HTTPResponseHead, _ body: ByteBuffer) async throws {
        let timer = timer()
        defer { timer.cancel() }
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(body)), promise: nil)
        try await channel.writeAndFlush(HTTPServerResponsePart.end(nil)).get()
    }

    /// A stream may pause as long as it likes, and so may its client; it is cancelled when the
    /// connection is closed.
    private func stream(
        _ head: HTTPResponseHead,
        _ produce: @escaping @Sendable (HTTPResponseStream) async throws -> Void
    ) async throws {
        try await channel.writeAndFlush(HTTPServerResponsePart.head(head)).get()
        let stream = HTTPResponseStream(channel, server.stop)
        let task = Task { try await produce(stream) }
        channel.closeFuture.whenComplete { _ in task.cancel() }
        try await task.value
        try await channel.writeAndFlush(HTTPServerResponsePart.end(nil)).get()
    }
}
