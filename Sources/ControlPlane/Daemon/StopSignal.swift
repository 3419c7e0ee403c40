import Synchronization

/// Says once that it is time to stop, to everyone who listens.
package final class StopSignal: Sendable {
    private struct State {
        var isRaised = false
        var actions: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    /// A signal that is not raised yet.
    package init() {}

    /// Whether it is time to stop.
    package var isRaised: Bool { state.withLock { $0.isRaised } }

    /// Raises the signal; a second time changes nothing.
    package func raise() {
        let actions = state.withLock { state in
            state.isRaised = true
            defer { state.actions = [] }
            return state.actions
        }
        for action in actions { action() }
    }

    /// Does `action` when the signal is raised, or now if it has been. Actions are done in the
    /// order in which they came.
    package func onRaise(_ action: @escaping @Sendable () -> Void) {
        let isRaised = state.withLock { state in
            if !state.isRaised { state.actions.append(action) }
            return state.isRaised
        }
        if isRaised { action() }
    }
}
