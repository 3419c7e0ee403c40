/// A duration as people write it: `90`, `30s`, `2m`, `1h`, `1d`; whole seconds.
package struct DurationText: Equatable, Sendable, CustomStringConvertible {
    /// The duration in seconds.
    package let seconds: Int

    /// Creates a duration.
    package init(seconds: Int) {
        self.seconds = seconds
    }

    /// Reads a number with a unit; seconds when there is none. Nil when it is neither.
    package init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), let unit = Self.unit(text.dropFirst(digits.count)) else {
            return nil
        }
        let (seconds, hasOverflow) = number.multipliedReportingOverflow(by: unit)
        guard !hasOverflow else { return nil }
        self.seconds = seconds
    }

    private static func unit(_ suffix: Substring) -> Int? {
        switch suffix {
        case "", "s": 1
        case "m": 60
        case "h": 3_600
        case "d": 86_400
        default: nil
        }
    }

    /// The two largest units that are not zero, as `2h 5m`.
    package var description: String {
        let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]
        var rest = seconds
        var words: [String] = []
        for (name, size) in units {
            if rest / size > 0 { words.append("\(rest / size)\(name)") }
            rest %= size
        }
        return words.isEmpty ? "0s" : words.prefix(2).joined(separator: " ")
    }
}
