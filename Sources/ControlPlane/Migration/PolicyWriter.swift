import ControlAPI
import PolicyEngine

/// Writes policy files line by line, within what the language takes: no character that hides
/// another, and no line that is too long.
struct PolicyWriter {
    /// What has been written.
    private(set) var text = ""

    /// The column at which sentences are broken.
    private static let columnMax = 98

    /// Writes a line as it is; its author sees to its length.
    mutating func add(_ line: String) { text += line + "\n" }

    /// Writes a comment, behind so many blanks. What came from elsewhere cannot end it or hide in
    /// it.
    mutating func comment(_ words: String, indentation: Int = 0) {
        let plain = words.unicodeScalars.prefix(500).map { scalar in
            (0x20...0x7e).contains(scalar.value) ? Character(scalar) : "?"
        }
        text += String(repeating: " ", count: indentation) + "# " + String(plain) + "\n"
    }

    /// Writes `head` and a sentence, breaking it at its blanks.
    mutating func sentence(_ head: String, _ sentence: String) {
        let indentation = String(repeating: " ", count: head.prefix { $0 == " " }.count + 4)
        var line = head
        var isFresh = true
        for word in sentence.split(separator: " ") {
            if !isFresh, line.count + 1 + word.count > Self.columnMax {
                text += line + "\n"
                line = indentation + word
            } else {
                line += (line.last == " " ? "" : " ") + word
            }
            isFresh = false
        }
        text += line + "\n"
    }
}

/// What a written policy may be called.
enum PolicyNaming {
    /// Refuses a name under which no policy file would be taken.
    static func check(_ name: String) throws(Problem) {
        let source = PolicySource(path: "name", text: "policy: \(name)\nfor: any\n")
        do throws(PolicyErrors) {
            let file = try PolicyParser.parse(source)
            guard file.name.value == name else { throw PolicyErrors([]) }
        } catch {
            let reason = error.errors.first
            throw Problem(
                .invalidRequest,
                "'\(name)' cannot be the name of a policy: \(reason?.message ?? "it is none").",
                field: "name", hint: reason?.hint)
        }
    }
}
