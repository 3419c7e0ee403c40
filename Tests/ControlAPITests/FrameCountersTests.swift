import ControlAPI
import Testing

extension FrameCounters {
    /// Counters in which every field is set, each to another value.
    static var sample: FrameCounters {
        var counters = FrameCounters()
        counters.receivedFrames = 100
        counters.receivedBytes = 6_400
        counters.transmittedFrames = 90
        counters.transmittedBytes = 5_760
        counters.replicatedFrames = 3
        counters.transmittedCopies = 6
        counters.transmittedCopyBytes = 384
        counters.transmittedReplies = 2
        counters.lostSegments = 1
        counters.answeredFrames = 5
        counters.dropped = ["spoofed_mac": 4, "denied_by_policy": 3]
        return counters
    }
}

extension CounterReport {
    /// A report in which every field is set.
    static let sample = CounterReport(
        ports: [PortCounters(device: "web1", counters: .sample)], total: .sample, balanced: true)
}

@Suite("FrameCounters")
struct FrameCountersTests {
    @Test("dropped frames are the sum over the reasons")
    func sumsDrops() {
        #expect(FrameCounters.sample.droppedFrames == 7)
        #expect(FrameCounters().droppedFrames == 0)
    }

    @Test("counters that a hostile daemon drives beyond 64 bits do not end the program")
    func sumsWithoutTrap() {
        var counters = FrameCounters()
        counters.dropped = ["a": .max, "b": 2]
        #expect(counters.droppedFrames == 1)
    }

    @Test("the largest counter survives the way through JSON")
    func keepsLargeCounters() throws {
        var counters = FrameCounters.sample
        counters.receivedBytes = .max
        let json = try ControlJSON.encode(counters)
        #expect(try ControlJSON.decode(FrameCounters.self, from: json) == counters)
    }

    @Test("a counter cannot be negative")
    func refusesNegative() throws {
        let json = String(decoding: try ControlJSON.encode(FrameCounters.sample), as: UTF8.self)
        let negative = json.replacing("\"receivedFrames\":100", with: "\"receivedFrames\":-1")
        #expect(negative != json)
        #expect(throws: DecodingError.self) {
            try ControlJSON.decode(FrameCounters.self, from: negative.utf8)
        }
    }
}
