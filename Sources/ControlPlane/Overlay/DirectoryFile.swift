import PolicyEngine

/// A directory in a file (docs/overlay.md): the same strict YAML as policies, where collections may
/// also stand in brackets.
package enum DirectoryFile {
    /// The directory that `source` holds, once nothing in it contradicts itself or `context`.
    ///
    /// - Throws: every fault that was found, in reading order.
    package static func read(
        _ source: PolicySource, in context: DirectoryContext
    ) throws(PolicyErrors) -> Directory {
        let (frame, diagnostics) = try StrictYAML.read(source, .directory)
        var reader = DirectoryReader(diagnostics: diagnostics)
        let directory = reader.directory(frame)
        // A contradiction between halves of a file would only hide what is really wrong.
        try reader.diagnostics.check()
        for fault in DirectoryCheck(directory, context).faults {
            reader.diagnostics.report(
                at: reader.position(of: fault.place), fault.message, hint: fault.hint)
        }
        try reader.diagnostics.check()
        return directory
    }
}
