/// Reads policy files (docs/policy-language.md).
public enum PolicyParser {
    /// The file that `source` holds.
    ///
    /// - Throws: every fault of the text, or, when the YAML itself cannot be read, those of the
    ///   YAML.
    /// - Cost: linear in the text; a text over 1 MiB is refused unread.
    public static func parse(_ source: PolicySource) throws(PolicyErrors) -> PolicyFile {
        try refuseOversize(source)
        let text = SourceText(source)
        try SourceGuard.inspect(text).check()
        var diagnostics = Diagnostics(text)
        guard
            let frame = diagnostics.noting({ () throws(SyntaxFault) in
                try YAMLFrame(source, text)
            })
        else { throw diagnostics.sorted }
        var reader = PolicyFileReader(diagnostics: diagnostics)
        let file = reader.file(frame, source)
        if let file { NameResolution.check(file, &reader.diagnostics) }
        guard let file, reader.diagnostics.errors.isEmpty else { throw reader.diagnostics.sorted }
        return file
    }

    private static func refuseOversize(_ source: PolicySource) throws(PolicyErrors) {
        guard source.text.utf8.count > SourceGuard.byteCountMax else { return }
        throw PolicyErrors([
            PolicyError(
                path: source.path, at: SourcePosition(line: 1, column: 1),
                (
                    "the file has \(source.text.utf8.count) bytes; the most is 1048576 (1 MiB)",
                    "split it into several policies"
                ), sourceLine: "")
        ])
    }
}
