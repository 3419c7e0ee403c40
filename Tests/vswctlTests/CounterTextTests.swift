import ControlAPI
import Testing
import vswctl

@Suite("CounterText")
struct CounterTextTests {
    static var counters: FrameCounters {
        var counters = FrameCounters()
        counters.receivedFrames = 100
        counters.receivedBytes = 6_400
        counters.transmittedFrames = 50
        counters.dropped = ["spoofed_mac": 4, "denied_by_policy": 30, "arp": 4, "runt": 0]
        return counters
    }

    static func report(_ counters: FrameCounters = counters, balanced: Bool = true)
        -> CounterReport
    {
        CounterReport(
            ports: [PortCounters(device: "web1", counters: counters)], total: counters,
            balanced: balanced)
    }

    @Test("one row for each port and one for the sum; reasons by frequency, then by name")
    func table() {
        let lines = Pieces(lines: CounterText.table(Self.report()))
        #expect(lines.count == 3)
        #expect(lines[1].hasPrefix("web1"))
        #expect(lines[1].hasSuffix("denied_by_policy 30, arp 4, spoofed_mac 4"))
        #expect(lines[2].hasPrefix("total"))
        #expect(Pieces(words: lines[1])[7] == "38")
    }

    @Test("with an earlier report there are rates")
    func rates() {
        var later = Self.counters
        later.receivedFrames += 17
        later.transmittedCopies += 2
        let text = CounterText.table(Self.report(later), since: Self.report())
        #expect(text.contains("IN/S") && text.contains("OUT/S"))
        let cells = Pieces(words: Pieces(lines: text)[1])
        #expect(cells[8] == "17" && cells[9] == "2")
        #expect(!CounterText.table(Self.report()).contains("IN/S"))
    }

    @Test("a counter that fell, and a port that is new, show a rate of 0")
    func ratesAfterRestart() {
        let before = CounterReport(ports: [], total: Self.counters, balanced: true)
        var reset = Self.report()
        reset.total = FrameCounters()
        let rows = Pieces(lines: CounterText.table(reset, since: before))
        #expect(Pieces(words: rows[1])[8] == "0")
        #expect(Pieces(words: rows[2])[8] == "0")
    }

    @Test("counters that do not balance are pointed out")
    func imbalance() {
        #expect(CounterText.table(Self.report(balanced: false)).contains("do not balance"))
        #expect(!CounterText.table(Self.report()).contains("balance"))
    }

    @Test("the detail lists each counter, and each reason that is not zero")
    func detail() {
        let text = CounterText.detail(Self.counters)
        #expect(text.contains("  spoofed_mac") && !text.contains("runt"))
        #expect(text.split(separator: "\n").count == 9 + 3)
    }
}
