import NIOCore
import Synchronization

/// The connections being served, so that a stop reaches each of them.
final class OpenConnections: Sendable {
    private struct State {
        var isStopping = false
        var channels: [ObjectIdentifier: any Channel] = [:]
        var busy: Set<ObjectIdentifier> = []
    }

    private let state = Mutex(State())

    func add(_ channel: any Channel) {
        state.withLock { $0.channels[ObjectIdentifier(channel)] = channel }
    }

    func remove(_ channel: any Channel) {
        state.withLock { $0.channels[ObjectIdentifier(channel)] = nil }
    }

    /// A request begins; false when it has to be left alone, because the server stops.
    func begin(_ channel: any Channel) -> Bool {
        state.withLock {
            if $0.isStopping { return false }
            $0.busy.insert(ObjectIdentifier(channel))
            return true
        }
    }

    /// The request has been answered.
    func end(_ channel: any Channel) {
        _ = state.withLock { $0.busy.remove(ObjectIdentifier(channel)) }
    }

    /// Lets no more requests begin, and closes the connections that have none.
    func closeIdle() {
        let idle = state.withLock { state in
            state.isStopping = true
            return state.channels.filter { !state.busy.contains($0.key) }.map(\.value)
        }
        for channel in idle { channel.close(promise: nil) }
    }

    /// Closes what is left.
    func closeAll() {
        let channels = state.withLock { Array($0.channels.values) }
        for channel in channels { channel.close(promise: nil) }
    }
}
