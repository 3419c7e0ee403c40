import Packet

/// What is decided about services: steps, each from its first service on to before the next step.
///
/// Services before the first step are left open, and so are those of a step that says so.
struct ServiceSteps: Equatable, Sendable {
    /// What a step says that leaves its services open: later than every rule's word.
    static let open = UInt32.max

    /// Where each step begins, in the upper half, and what it says. They ascend; neighbours differ.
    private(set) var steps: [UInt64] = []

    /// Leaves everything open.
    init() {}

    /// Says the same of every service.
    init(everywhere word: UInt32) { steps = [UInt64(word)] }

    /// Says `word` of the services in `ranges`, which ascend and neither touch nor overlap.
    init(_ ranges: [ServiceRange], _ word: UInt32) {
        steps.reserveCapacity(ranges.count * 2)
        for range in ranges {
            append(range.first.rawValue, word)
            if range.last.rawValue < 0xff_ffff { append(range.last.rawValue + 1, Self.open) }
        }
    }

    /// How many steps there are.
    var count: Int { steps.count }

    /// Goes on with `word` from `start` on, which is after the steps before.
    mutating func append(_ start: UInt32, _ word: UInt32) {
        Self.append(start, word, to: &steps, from: 0)
    }

    /// What `choose` makes of both for each service.
    @inline(__always)
    func combined(
        with other: ServiceSteps, _ choose: (UInt32, UInt32) -> UInt32
    ) -> ServiceSteps {
        var result = ServiceSteps()
        result.steps.reserveCapacity(steps.count + other.steps.count)
        Self.combine(steps.span, other.steps.span, to: &result.steps, choose)
        return result
    }

    /// The least word of `all` for each service. Rules' words ascend in the order of decision: it
    /// is that of the first rule that matches.
    static func least(of all: [ServiceSteps]) -> ServiceSteps {
        guard let first = all.first else { return ServiceSteps() }
        switch all.count {
        case 1: return first
        case 2: return first.combined(with: all[1], min)
        default: break
        }
        var runs = Runs()
        for some in all { runs.append(some.steps) }
        while runs.ends.count > 1 { runs = runs.halved() }
        return ServiceSteps(runs.steps)
    }

    private init(_ steps: [UInt64]) { self.steps = steps }

    /// Several lists of steps, one behind the other.
    private struct Runs {
        var steps: [UInt64] = []
        var ends: [Int] = []

        mutating func append(_ some: [UInt64]) {
            steps.append(contentsOf: some)
            ends.append(steps.count)
        }

        /// The least of each two neighbours.
        func halved() -> Runs {
            var result = Runs()
            result.steps.reserveCapacity(steps.count)
            result.ends.reserveCapacity((ends.count + 1) / 2)
            let span = steps.span
            var start = 0
            for index in stride(from: 0, to: ends.count, by: 2) {
                let middle = ends[index]
                let end = index + 1 < ends.count ? ends[index + 1] : middle
                ServiceSteps.combine(
                    span.extracting(start..<middle), span.extracting(middle..<end),
                    to: &result.steps, min)
                result.ends.append(result.steps.count)
                start = end
            }
            return result
        }
    }

    @inline(__always)
    private static func combine(
        _ steps: Span<UInt64>, _ others: Span<UInt64>, to result: inout [UInt64],
        _ choose: (UInt32, UInt32) -> UInt32
    ) {
        let begin = result.count
        var (index, otherIndex) = (0, 0)
        var (word, otherWord) = (open, open)
        while index < steps.count || otherIndex < others.count {
            let step = index < steps.count ? steps[index] : .max
            let other = otherIndex < others.count ? others[otherIndex] : .max
            let start = min(step >> 32, other >> 32)
            if step >> 32 == start {
                word = UInt32(truncatingIfNeeded: step)
                index += 1
            }
            if other >> 32 == start {
                otherWord = UInt32(truncatingIfNeeded: other)
                otherIndex += 1
            }
            append(
                UInt32(truncatingIfNeeded: start), choose(word, otherWord), to: &result,
                from: begin)
        }
    }

    /// Appends a step to those from `begin` on, unless it says what the last one does.
    @inline(__always)
    private static func append(
        _ start: UInt32, _ word: UInt32, to steps: inout [UInt64], from begin: Int
    ) {
        let last = steps.count > begin ? UInt32(truncatingIfNeeded: steps[steps.count - 1]) : open
        if word != last { steps.append(UInt64(start) << 32 | UInt64(word)) }
    }
}
