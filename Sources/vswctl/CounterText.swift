import ControlAPI

/// Counters as people read them.
package enum CounterText {
    /// One row for each port, and the sum. With an earlier report, also rates per second.
    package static func table(_ now: CounterReport, since: CounterReport? = nil) -> String {
        let rates = since == nil ? [] : ["IN/S", "OUT/S"]
        var table = Table(
            ["DEVICE", "RECEIVED", "BYTES", "SENT", "BYTES", "COPIES", "REPLIES", "DROPPED"]
                + rates + ["DROPS BY REASON"])
        let before = Dictionary(
            (since?.ports ?? []).map { ($0.device, $0.counters) }, uniquingKeysWith: { $1 })
        for port in now.ports {
            let earlier = since.map { _ in before[port.device] ?? port.counters }
            table.add(row(port.device, port.counters, earlier))
        }
        table.add(row("total", now.total, since?.total))
        let fault = "warning: the counters do not balance; please report this\n"
        return table.description + (now.balanced ? "" : fault)
    }

    private static func row(
        _ name: String, _ now: FrameCounters, _ before: FrameCounters?
    ) -> [String] {
        let sums = [
            now.receivedFrames, now.receivedBytes, now.transmittedFrames, now.transmittedBytes,
            now.transmittedCopies, now.transmittedReplies, now.droppedFrames,
        ]
        let rates = before.map { [rate(now, $0, \.receivedFrames), rate(now, $0, \.sentFrames)] }
        let all = (sums + (rates ?? [])).map { String($0) }
        return [name] + all + [reasons(now.dropped)]
    }

    /// The growth since `before`; a counter that fell was reset, and shows as 0.
    private static func rate(
        _ now: FrameCounters, _ before: FrameCounters, _ counter: KeyPath<FrameCounters, UInt64>
    ) -> UInt64 {
        let (new, old) = (now[keyPath: counter], before[keyPath: counter])
        return new >= old ? new - old : 0
    }

    /// The drop reasons, the most frequent first.
    private static func reasons(_ dropped: [String: UInt64]) -> String {
        sorted(dropped).map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    private static func sorted(_ dropped: [String: UInt64]) -> [(key: String, value: UInt64)] {
        dropped.filter { $0.value > 0 }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    }

    /// One port's counters, one on a line, drops by reason.
    package static func detail(_ counters: FrameCounters) -> String {
        var table = Table(["COUNTER", "FRAMES", "BYTES"])
        let (received, sent) = (counters.receivedBytes, counters.transmittedBytes)
        let copied = counters.transmittedCopyBytes
        table.add(["received", "\(counters.receivedFrames)", "\(received)"])
        table.add(["transmitted", "\(counters.transmittedFrames)", "\(sent)"])
        table.add(["replicated", "\(counters.replicatedFrames)", nil])
        table.add(["transmitted copies", "\(counters.transmittedCopies)", "\(copied)"])
        table.add(["answered", "\(counters.answeredFrames)", nil])
        table.add(["transmitted replies", "\(counters.transmittedReplies)", nil])
        table.add(["lost segments", "\(counters.lostSegments)", nil])
        table.add(["dropped", "\(counters.droppedFrames)", nil])
        for (reason, count) in sorted(counters.dropped) {
            table.add(["  " + reason, "\(count)", nil])
        }
        return table.description
    }
}

extension FrameCounters {
    /// All frames that were sent to the device.
    fileprivate var sentFrames: UInt64 {
        transmittedFrames &+ transmittedCopies &+ transmittedReplies
    }
}
