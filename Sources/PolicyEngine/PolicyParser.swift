/// Reads policy files (docs/policy-language.md).
public enum PolicyParser {
    /// The file that `source` holds.
    ///
    /// - Throws: every fault of the text, or, when the YAML itself cannot be read, those of the
    ///   YAML.
    /// - Cost: linear in the text; a text over 1 MiB is refused unread.
    public static func parse(_ source: PolicySource) throws(PolicyErrors) -> PolicyFile {
        let (frame, diagnostics) = try StrictYAML.read(source, .policy)
        var reader = PolicyFileReader(diagnostics: diagnostics)
        let file = reader.file(frame, source)
        if let file { NameResolution.check(file, &reader.diagnostics) }
        guard let file, reader.diagnostics.errors.isEmpty else { throw reader.diagnostics.sorted }
        return file
    }
}
