import Foundation
import Synchronization

/// What a server's first connection brought, collected on a thread of its own.
final class Collected: Sendable {
    private let state = Mutex<(bytes: [UInt8], isComplete: Bool)>(([], false))

    var bytes: [UInt8] { state.withLock { $0.bytes } }
    var isComplete: Bool { state.withLock { $0.isComplete } }

    /// Accepts one connection of the listening `server` and reads it to its end.
    func collect(from server: HostSocket) {
        let descriptor = accept(server.descriptor, nil, nil)
        var buffer = [UInt8](repeating: 0, count: 100_000)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            state.withLock { $0.bytes += buffer[..<count] }
        }
        close(descriptor)
        state.withLock { $0.isComplete = true }
    }
}
