import Testing

/// Whether `condition` comes to hold within some twenty seconds. It counts its looks instead of
/// asking a clock: while other tests keep every thread busy, a deadline passes unseen.
func comes(_ condition: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<4_000 {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return false
}

/// Waits until `condition` holds.
func settle(_ condition: () async throws -> Bool) async throws {
    if try await !comes(condition) { Issue.record("it did not come to that") }
}
