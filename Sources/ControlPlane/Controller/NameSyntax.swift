import ControlAPI

/// What names of networks and VMs, and labels, may look like: the same as in policy files, so that
/// a policy can name whatever exists.
enum NameSyntax {
    /// The longest name, in bytes.
    static let byteCountMax = 128

    /// Whether `name` begins with a letter or digit and goes on with these, `.`, `_` or `-`.
    static func isName(_ name: String, allowing more: String = "") -> Bool {
        guard let first = name.utf8.first, isAlphanumeric(first) else { return false }
        return name.utf8.count <= byteCountMax
            && name.utf8.allSatisfy { isAlphanumeric($0) || "._-\(more)".utf8.contains($0) }
    }

    /// Refuses `name` unless it is one.
    static func check(_ name: String, _ what: String, field: String) throws(Problem) {
        guard !isName(name) else { return }
        throw Problem(
            .invalidRequest,
            "'\(name)' cannot be \(what): names begin with a letter or digit and go on with"
                + " these, '.', '_' or '-', \(byteCountMax) bytes at most.", field: field)
    }

    /// Refuses `labels` unless each key and value can stand in a policy.
    static func check(labels: [String: String]) throws(Problem) {
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
            guard isName(key, allowing: "/"), isName(value, allowing: "/") else {
                throw Problem(
                    .invalidRequest,
                    "The label '\(key)=\(value)' cannot stand in a policy: key and value begin with"
                        + " a letter or digit and go on with these, '.', '_', '-' or '/'.",
                    field: "labels.\(key)", hint: "Write it as KEY=VALUE, as in role=web.")
            }
        }
    }

    /// Whether the kernel takes `name` for a network device: 15 bytes at most, without slash, colon
    /// or blank (`dev_valid_name` in net/core/dev.c). Quotes would end a string in a rule.
    static func isDevice(_ name: String) -> Bool {
        (1...15).contains(name.utf8.count) && name != "." && name != ".."
            && name.utf8.allSatisfy { (0x21...0x7e).contains($0) && !"/:\"\\".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
