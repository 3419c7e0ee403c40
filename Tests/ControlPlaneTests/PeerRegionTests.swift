import ControlPlane
import Packet
import PolicyEngine
import Testing

@Suite("PeerRegion")
struct PeerRegionTests {
    private let web = PeerRegion(tests: [.equals(key: "app", value: "web")])

    private func block(_ prefix: String, except holes: String...) -> PeerRegion {
        var region = PeerRegion(tests: nil)
        region.prefix = IPPrefix(prefix)
        region.holes = Set(holes.compactMap { IPPrefix($0) })
        return region
    }

    @Test("everybody changes nothing, and two parts add what they ask")
    func intersects() throws {
        #expect(PeerRegion.everybody.intersection(web) == web)
        #expect(web.intersection(.everybody) == web)
        #expect(web.intersection(web) == web)
        let both = try #require(web.intersection(block("10.0.0.0/8", except: "10.1.0.0/16")))
        #expect(both.isMixed && both.hasExceptions && both.tests == web.tests)
        #expect(both.prefix == IPPrefix("10.0.0.0/8"))
    }

    @Test("of two prefixes the inner one is left, and none where they do not meet")
    func intersectsPrefixes() throws {
        let wide = block("10.0.0.0/8")
        let narrow = block("10.2.0.0/16")
        #expect(wide.intersection(narrow)?.prefix == narrow.prefix)
        #expect(narrow.intersection(wide)?.prefix == narrow.prefix)
        #expect(wide.intersection(block("11.0.0.0/8")) == nil)
        #expect(wide.intersection(block("::/0")) == nil, "families do not meet")
        #expect(block("::/0").intersection(wide) == nil)
    }

    @Test("a contradiction is seen, and nothing that may hold is taken for one")
    func seesContradictions() {
        func isEmpty(_ tests: [LabelTest], lacking: Set<String> = []) -> Bool {
            var region = PeerRegion(tests: tests)
            region.lacking = lacking
            return region.isPlainlyEmpty([:])
        }
        let isA = LabelTest.equals(key: "k", value: "a")
        let isB = LabelTest.equals(key: "k", value: "b")
        let isNotA = LabelTest.differs(key: "k", value: "a")
        let isEither = LabelTest.oneOf(key: "k", values: ["a", "b"])
        let isNotB = LabelTest.differs(key: "k", value: "b")
        #expect(
            isEmpty([isA, isB]) && isEmpty([isA, isNotA]) && isEmpty([isEither, isNotA, isNotB]))
        #expect(isEmpty([isA], lacking: ["k"]) && isEmpty([.has(key: "k")], lacking: ["k"]))
        #expect(!isEmpty([isEither, isNotA]) && !isEmpty([isNotA, isNotB]))
        #expect(!isEmpty([isNotA], lacking: ["k"]) && !isEmpty([]) && !isEmpty([isA, isEither]))
        #expect(!isEmpty([isA, .equals(key: "l", value: "b")], lacking: ["m"]))
        #expect(block("10.0.0.0/8", except: "10.0.0.0/8").isPlainlyEmpty([:]))
        #expect(!block("10.0.0.0/8", except: "10.0.0.0/9").isPlainlyEmpty([:]))
    }

    @Test("who is restricted is not beyond the restriction; who may not be stays")
    func seesRestrictions() {
        let restricted: [PeerRegion.Restriction: [PeerRegion]] = [.ingress: [web]]
        let free = PeerRegion.everybody(beyond: .ingress)
        #expect(!free.isPlainlyEmpty(restricted))
        #expect(web.intersection(free)?.isPlainlyEmpty(restricted) == true)
        let egress = PeerRegion.everybody(beyond: .egress)
        #expect(web.intersection(egress)?.isPlainlyEmpty(restricted) == false)
        let other = PeerRegion(tests: [.equals(key: "tier", value: "web")])
        #expect(other.intersection(free)?.isPlainlyEmpty(restricted) == false)
        var lacking = web
        lacking.lacking = ["x"]
        #expect(web.intersection(free)?.isPlainlyEmpty([.ingress: [lacking]]) == false)
        #expect(lacking.intersection(free)?.isPlainlyEmpty([.ingress: [web]]) == true)
    }

    @Test(
        "service ranges meet where both hold",
        arguments: [
            (1, 10, 5, 20, "tcp/5-10"), (1, 10, 10, 10, "tcp/10"), (0, 65_535, 0, 65_535, "tcp"),
            (1, 4, 5, 9, nil),
        ] as [(UInt16, UInt16, UInt16, UInt16, text: String?)])
    func intersectsServices(row: (UInt16, UInt16, UInt16, UInt16, text: String?)) {
        let one = ServiceRange(ServiceKey(.tcp, row.0), ServiceKey(.tcp, row.1))
        let other = ServiceRange(ServiceKey(.tcp, row.2), ServiceKey(.tcp, row.3))
        #expect(one.intersection(other)?.sentence == row.text)
        #expect(one.intersection(ServiceRange(.udp)) == nil)
    }
}
