import ControlPlane
import Foundation
import Logging
import Synchronization
import Testing

/// Keeps what was logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func logger(_ level: Logger.Level = .trace, _ format: LineLog.Format = .text) -> Logger {
        Logger(label: "test") { _ in
            LineLog(level, format) { [self] line in lines.withLock { $0.append(line) } }
        }
    }
}

@Suite("LineLog")
struct LineLogTests {
    @Test("a line has time, level, message and the fields in order")
    func writesText() throws {
        let lines = LogLines()
        lines.logger().notice("policy applied", metadata: ["b": "two words", "a": "1", "c": ""])
        let line = try #require(lines.all.first)
        let pattern =
            /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z notice policy applied a=1 b="two words" c=""\n/
        #expect(line.wholeMatch(of: pattern) != nil, "\(line)")
    }

    @Test("a line in JSON is one object, whatever its words hold")
    func writesJSON() throws {
        let lines = LogLines()
        let evil = "a\"b\\c\nd\u{1b}[31me\u{7f} ü"
        lines.logger(.trace, .json).warning("\(evil)", metadata: ["key": "\(evil)"])
        let line = try #require(lines.all.first)
        #expect(line.filter { $0 == "\n" }.count == 1)
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
        #expect(object?["message"] == evil && object?["key"] == evil)
        #expect(object?["level"] == "warning" && object?["time"]?.count == 24)
    }

    @Test("no word can begin a line of its own or steer a terminal")
    func neutralisesControls() throws {
        let lines = LogLines()
        lines.logger().info("a\nb\u{1b}[2J \"c\"", metadata: ["k": "x\ny"])
        let line = try #require(lines.all.first)
        #expect(line.filter { $0 == "\n" }.count == 1 && !line.contains("\u{1b}"))
        #expect(line.contains("\"c\""))
    }

    @Test("what is below the level is not written")
    func respectsLevel() {
        let lines = LogLines()
        let logger = lines.logger(.warning)
        logger.info("no")
        logger.error("yes")
        #expect(lines.all.count == 1)
    }
}
