import NIOCore
import NIOHTTP1

/// A request as it came, whole.
package struct HTTPRequest: Sendable {
    /// The method, as `GET`.
    package let method: String
    /// The target's path, still percent-encoded.
    package let path: String
    /// The target's query, still percent-encoded; nil without a question mark.
    package let query: String?
    /// The body; empty when there is none.
    package var body = ByteBuffer()

    /// A request for a target in origin or absolute form (RFC 9112 §3.2).
    package init(_ method: String, _ target: String) {
        self.method = method
        let parts = Self.withoutAuthority(target[...])
            .split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        query = parts.count == 2 ? String(parts[1]) : nil
    }

    /// Everything from the path on; one socket is one host, whatever the client calls it.
    private static func withoutAuthority(_ target: Substring) -> Substring {
        guard !target.hasPrefix("/"), let scheme = target.firstRange(of: "://") else {
            return target
        }
        return target[scheme.upperBound...].drop { $0 != "/" && $0 != "?" }
    }
}
