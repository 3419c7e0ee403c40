import ControlPlane
import Testing

@Suite("HTTPRequest")
struct HTTPRequestTests {
    @Test(
        "path and query are found in every form of a target (RFC 9112 §3.2)",
        arguments: [
            ("/v1/status", "/v1/status", nil), ("/a%20b?c=%3f?d", "/a%20b", "c=%3f?d"),
            ("/a?", "/a", ""), ("http://vswitch/v1/status?x=1", "/v1/status", "x=1"),
            ("http://vswitch", "", nil), ("http://vswitch?x", "", "x"), ("*", "*", nil),
            ("/a?u=http://b/c", "/a", "u=http://b/c"), ("", "", nil), ("?", "", ""),
        ] as [(String, String, String?)])
    func splitsTargets(target: String, path: String, query: String?) {
        let request = HTTPRequest("GET", target)
        #expect(request.method == "GET" && request.path == path && request.query == query)
        #expect(request.body.readableBytes == 0)
    }
}
