/// Which part of YAML a kind of file uses, and what the file is called in messages.
package struct YAMLDialect: Sendable {
    /// One such file, with its article: `a policy file`.
    let file: String
    /// Such files: `policy files`.
    let files: String
    /// How such a file begins, for one that is empty.
    let beginning: String
    /// What helps against a file that is too large.
    let relief: String
    /// Whether collections may stand in brackets.
    var hasBrackets = false
    /// The longest line, in Unicode scalars.
    var columnMax = 1000

    /// Policy files: one sentence a line, so brackets have no place.
    package static let policy = YAMLDialect(
        file: "a policy file", files: "policy files",
        beginning: "a policy file has at least `policy: NAME` and `for: PEERS`",
        relief: "split it into several policies")

    /// Directories of hosts: one VM a line, in brackets if its writer likes.
    package static let directory = {
        var dialect = YAMLDialect(
            file: "a directory file", files: "directory files",
            beginning: "a directory file begins with `hosts:`; without hosts write `hosts: {}`",
            relief: "leave out hosts that share no network with this one")
        dialect.hasBrackets = true
        dialect.columnMax = 10_000
        return dialect
    }()
}
