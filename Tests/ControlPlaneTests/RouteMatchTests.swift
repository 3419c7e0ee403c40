import ControlAPI
import ControlPlane
import Testing

@Suite("RouteMatch")
struct RouteMatchTests {
    @Test("each route is found at its own path, with the word decoded", arguments: Route.allCases)
    func findsEveryRoute(route: Route) {
        let word = route.template.contains("{") ? "a/b ü%" : ""
        #expect(RouteMatch(route.method, route.path("a/b ü%")) == .found(route, word: word))
    }

    @Test("a fixed word wins over a variable")
    func prefersFixedWords() {
        #expect(RouteMatch("POST", "/v1/policy/check") == .found(.checkPolicy, word: ""))
        #expect(RouteMatch("GET", "/v1/policy/shop") == .found(.showPolicy, word: "shop"))
        #expect(RouteMatch("GET", "/v1/policy/check") == .found(.showPolicy, word: "check"))
    }

    @Test("another method is told from another path")
    func tellsMethods() {
        #expect(RouteMatch("PATCH", "/v1/ports/web1") == .otherMethods(["GET", "DELETE"]))
        #expect(RouteMatch("HEAD", "/v1/status") == .otherMethods(["GET"]))
    }

    @Test(
        "what is no path of ours is none",
        arguments: [
            "/", "", "/v1", "/v1/", "/v1/ports/", "/v1/ports/a/b", "/v1/status/", "//v1/status",
            "/v2/status", "/v1/ports/%", "/v1/ports/%zz", "/v1/ports/%ff", "/V1/status",
        ])
    func findsNothing(path: String) {
        #expect(RouteMatch("GET", path) == .none)
    }
}

@Suite("PercentCoding")
struct PercentCodingTests {
    @Test("a query is decoded name by name; a plus sign is a plus sign")
    func decodesQueries() throws {
        let query = try #require(PercentCoding.query("filter=tcp%20port%2080&a=b=c&d&=e&x=1+1"))
        #expect(query.map(\.name) == ["filter", "a", "d", "", "x"])
        #expect(query.map(\.value) == ["tcp port 80", "b=c", "", "e", "1+1"])
        #expect(PercentCoding.query(nil)?.isEmpty == true)
        #expect(PercentCoding.query("")?.isEmpty == true)
    }

    @Test(
        "an incomplete escape, and one that is no text, are refused",
        arguments: [
            "a=%", "a=%4", "a=%4g", "a=%ff", "%c3=1", "a=%ed%a0%80",
        ])
    func refuses(query: String) {
        #expect(PercentCoding.query(query) == nil)
    }

    @Test("whatever is encoded is decoded again")
    func roundTrips() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let text = String(
                (0..<8).map { _ in
                    Character(Unicode.Scalar(UInt8.random(in: 0...255, using: &generator)))
                })
            #expect(PercentCoding.decode(text.percentEncoded) == text)
        }
    }
}
