import Glibc
import Logging
import Synchronization

/// Writes log lines to standard error: words for people, or JSON for machines.
///
/// A line is one write(2), so that lines of several threads never mix. A line that cannot be
/// written is lost: the daemon does not stop because nobody reads its log.
package struct LineLog: LogHandler {
    /// How a line looks.
    package enum Format: String, CaseIterable, Sendable {
        /// `2026-01-02T03:04:05.678Z notice policy applied generation=7`.
        case text
        /// `{"time":…,"level":…,"message":…,"generation":"7"}`.
        case json
    }

    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    private let format: Format
    private let write: @Sendable (String) -> Void

    /// A log of this level and format.
    package init(
        _ level: Logger.Level, _ format: Format,
        write: @escaping @Sendable (String) -> Void = LineLog.standardError
    ) {
        logLevel = level
        self.format = format
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line.
    package func log(event: LogEvent) {
        let merged = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let fields = merged.map { (key: $0.key, value: "\($0.value)") }
            .sorted { (Self.rank($0.key), $0.key) < (Self.rank($1.key), $1.key) }
        let line = LogLine(
            time: UnixTime.now.withMilliseconds, level: event.level.rawValue, message: "\(event.message)",
            fields: fields)
        write((format == .text ? line.text : line.json) + "\n")
    }

    /// Decisions read like sentences: which rule said what about whom.
    private static let sentence = ["policy", "rule", "verdict", "from", "to", "service", "at"]

    private static func rank(_ key: String) -> Int {
        sentence.firstIndex(of: key) ?? sentence.count
    }

    /// Writes to descriptor 2.
    package static let standardError: @Sendable (String) -> Void = { line in
        let octets = Array(line.utf8)
        _ = unsafe Glibc.write(2, octets, octets.count)
    }
}

/// One line of the log.
struct LogLine {
    let time: String
    let level: String
    let message: String
    let fields: [(key: String, value: String)]

    /// The line for people; a value with spaces or quotes is quoted.
    var text: String {
        let pairs = fields.map { " \($0.key)=\(Self.quotedIfNeeded($0.value))" }.joined()
        return "\(time) \(level) \(Self.plain(message))\(pairs)"
    }

    /// The line as a JSON object.
    var json: String {
        let all =
            [("time", time), ("level", level), ("message", message)]
            + fields.map { ($0.key, $0.value) }
        return "{" + all.map { "\(Self.quoted($0)):\(Self.quoted($1))" }.joined(separator: ",")
            + "}"
    }

    private static func quotedIfNeeded(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x7f }
        return isPlain && !value.isEmpty ? value : quoted(value)
    }

    /// A message cannot begin a line of its own, nor steer a terminal.
    private static func plain(_ message: String) -> String {
        String(quoted(message).dropFirst().dropLast()).replacing("\\\"", with: "\"")
    }

    /// A JSON string (RFC 8259 §7).
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
