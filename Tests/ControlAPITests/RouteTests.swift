import ControlAPI
import Testing

@Suite("Route")
struct RouteTests {
    @Test("method and template are the two words of a route")
    func splits() {
        #expect(Route.capture.method == "GET")
        #expect(Route.capture.template == "/v1/ports/{device}/capture")
        #expect(Route.applyPolicy.method == "PUT")
    }

    @Test("no two routes are the same")
    func areDistinct() {
        #expect(Set(Route.allCases.map(\.rawValue)).count == Route.allCases.count)
    }

    @Test(
        "a word is encoded so that it stays one segment of the path (RFC 3986 §2.1)",
        arguments: [
            ("web1", "web1"), ("/run/a.sock", "%2Frun%2Fa.sock"), ("a b", "a%20b"),
            ("..", ".."), ("%2F", "%252F"), ("ä", "%C3%A4"), ("a?b#c", "a%3Fb%23c"),
            ("-_.~", "-_.~"),
        ])
    func encodes(word: String, encoded: String) {
        #expect(Route.showPort.path(word) == "/v1/ports/\(encoded)")
    }

    @Test("a route without a variable ignores the word")
    func ignoresTheWord() {
        #expect(Route.status.path("x") == "/v1/status")
    }
}
