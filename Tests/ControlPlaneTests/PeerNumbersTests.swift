import ControlPlane
import Overlay
import Testing

@Suite("PeerNumbers")
struct PeerNumbersTests {
    @Test("a host keeps its number while it stays; a number that is free is given again")
    func areStable() {
        var numbers = PeerNumbers()
        numbers.assign(["a", "b", "c"])
        #expect(["a", "b", "c"].map { numbers[$0]?.rawValue } == [0, 1, 2])
        numbers.assign(["c", "d", "a"])
        #expect(["a", "b", "c", "d"].map { numbers[$0]?.rawValue } == [0, nil, 2, 1])
        #expect(numbers.host(PeerNumber(rawValue: 2)!) == "c")
        #expect(numbers.host(PeerNumber(rawValue: 3)!) == nil)
    }

    @Test("beyond the last number hosts have none")
    func end() {
        var numbers = PeerNumbers()
        let hosts = (0...PeerNumber.countMax).map { "h\($0)" }
        numbers.assign(hosts)
        #expect(numbers["h1023"]?.rawValue == 1_023 && numbers["h1024"] == nil)
    }
}
