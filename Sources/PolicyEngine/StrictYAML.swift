/// Reads YAML of a dialect in which a text can mean only what it shows.
package enum StrictYAML {
    /// What `source` says, and where further faults of it are noted.
    ///
    /// - Throws: every fault of the text, or, when the YAML itself cannot be read, those of the
    ///   YAML.
    /// - Cost: linear in the text; a text over 1 MiB is refused unread.
    package static func read(
        _ source: PolicySource, _ dialect: YAMLDialect
    ) throws(PolicyErrors) -> (YAMLFrame, Diagnostics) {
        try refuseOversize(source, dialect)
        let text = SourceText(source, dialect)
        try SourceGuard.inspect(text).check()
        var diagnostics = Diagnostics(text)
        let frame = diagnostics.noting { () throws(SyntaxFault) in try YAMLFrame(source, text) }
        guard let frame else { throw diagnostics.sorted }
        return (frame, diagnostics)
    }

    private static func refuseOversize(
        _ source: PolicySource, _ dialect: YAMLDialect
    ) throws(PolicyErrors) {
        guard source.text.utf8.count > SourceGuard.byteCountMax else { return }
        throw PolicyErrors([
            PolicyError(
                path: source.path, at: SourcePosition(line: 1, column: 1),
                (
                    "the file has \(source.text.utf8.count) bytes; the most is 1048576 (1 MiB)",
                    dialect.relief
                ), sourceLine: "")
        ])
    }
}
