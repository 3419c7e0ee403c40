import Packet
import Ports
import Synchronization
import Testing

/// Numbered frames from one guest to another, one a millisecond, while a test does other things.
final class FrameStream: Sendable {
    private struct State {
        var sentCount = 0
        var received: [Int] = []
        var isEnding = false
    }

    private let state = Mutex(State())
    private let source: MemoryWire
    private let destination: MemoryWire

    /// Begins to send from station 1 on `source` to station 2 on `destination`.
    init(from source: MemoryWire, to destination: MemoryWire) {
        self.source = source
        self.destination = destination
        Task.detached { [self] in
            while !state.withLock({ $0.isEnding }) {
                step()
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    private func step() {
        let number = state.withLock { state in
            defer { state.sentCount += 1 }
            return state.sentCount
        }
        let octets = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
        source.send(FrameBuilder(1, 2).udp(1, 2, octets))
        takeArrivals()
    }

    private func takeArrivals() {
        let numbers = destination.receiveAll().map { frame in
            frame.bytes.suffix(4).reduce(0) { $0 << 8 | Int($1) }
        }
        state.withLock { $0.received += numbers }
    }

    /// How many frames have arrived.
    var receivedCount: Int {
        takeArrivals()
        return state.withLock { $0.received.count }
    }

    /// Ends it; every frame must have arrived once.
    func expectWhole() async throws {
        state.withLock { $0.isEnding = true }
        let sentCount = { self.state.withLock { $0.sentCount } }
        _ = try await comes { receivedCount >= sentCount() }
        try await Task.sleep(for: .milliseconds(20))
        takeArrivals()
        let received = state.withLock { $0.received }
        let lost = Set(0..<sentCount()).subtracting(received).sorted()
        #expect(lost.isEmpty, "of \(sentCount()) frames, these were lost: \(lost)")
        #expect(received.count == sentCount())
    }
}
