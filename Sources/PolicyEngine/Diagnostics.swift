/// A fault within one sentence. It ends the reading of that sentence, not of the file.
package struct SyntaxFault: Error {
    let position: SourcePosition
    let message: String
    let hint: String

    /// A fault at `position`: what is wrong and why, and what to do.
    package init(at position: SourcePosition, _ message: String, hint: String) {
        self.position = position
        self.message = message
        self.hint = hint
    }
}

/// Collects the faults of one file.
package struct Diagnostics {
    let text: SourceText
    /// What was noted.
    package private(set) var errors: [PolicyError] = []

    init(_ text: SourceText) { self.text = text }

    /// Whether more faults would be reported; readers of hostile files may stop when not.
    package var isFull: Bool { errors.count >= PolicyErrors.countMax }

    /// Notes a fault, unless there are enough.
    package mutating func report(_ fault: SyntaxFault) {
        guard !isFull else { return }
        errors.append(
            PolicyError(
                path: text.path, at: fault.position, (fault.message, fault.hint),
                sourceLine: text.line(fault.position.line)))
    }

    /// Notes a fault: what is wrong at `position` and why, and what to do.
    package mutating func report(at position: SourcePosition, _ message: String, hint: String) {
        report(SyntaxFault(at: position, message, hint: hint))
    }

    /// The result of `body`; nil, with the fault noted, when it fails.
    package mutating func noting<Value>(_ body: () throws(SyntaxFault) -> Value) -> Value? {
        do throws(SyntaxFault) {
            return try body()
        } catch {
            report(error)
            return nil
        }
    }

    /// What was collected, in reading order.
    package var sorted: PolicyErrors {
        PolicyErrors(errors.sorted { ($0.line, $0.column) < ($1.line, $1.column) })
    }

    /// Throws what was collected, if anything.
    package func check() throws(PolicyErrors) {
        if !errors.isEmpty { throw sorted }
    }
}
