import NIOCore
import NIOHTTP1

/// A request as it goes over the socket.
struct ControlRequest {
    let method: String
    let target: String
    let body: [UInt8]?

    /// A request for `route`, where `word` stands for the variable of its path.
    init(
        _ route: Route, _ word: String = "", query: [(name: String, value: String)] = [],
        body: [UInt8]? = nil
    ) {
        method = route.method
        let fields = query.map { "\($0.name)=\($0.value.percentEncoded)" }
        let path = route.path(word)
        target = fields.isEmpty ? path : path + "?" + fields.joined(separator: "&")
        self.body = body
    }

    /// The request in NIO's parts.
    var parts: [HTTPClientRequestPart] {
        var headers: HTTPHeaders = ["Host": "vswitch", "Connection": "close"]
        if let body {
            headers.add(name: "Content-Type", value: "application/json")
            headers.add(name: "Content-Length", value: String(body.count))
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: method), uri: target, headers: headers)
        let content = body.map { [HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: $0)))] }
        return [.head(head)] + (content ?? []) + [.end(nil)]
    }
}
