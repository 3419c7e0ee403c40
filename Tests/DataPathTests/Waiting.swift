import DataPath
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

/// Waits until the worker has done what the handshake thread has told it: it obeys before it
/// answers a second question.
func settleWorker(_ datapath: Switch) async {
    for _ in 0..<2 { _ = await datapath.counts() }
}

/// Waits until the data path has let every session go.
func settleWithoutSessions(_ datapath: Switch) async throws {
    try await settle { datapath.overlayReport().values.allSatisfy { $0.sessionCount == 0 } }
    await settleWorker(datapath)
}

/// Waits until the data path reports a session.
func settleWithSession(_ datapath: Switch) async throws {
    try await settle { datapath.overlayReport().values.contains { $0.sessionCount > 0 } }
}

/// Waits until `condition` holds.
func settle(_ condition: () async throws -> Bool) async throws {
    if try await !comes(condition) { Issue.record("it did not come to that") }
}
