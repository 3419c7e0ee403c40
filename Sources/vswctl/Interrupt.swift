import Dispatch
import Glibc

/// Turns SIGINT and SIGTERM into a call; a second one ends the program at once.
final class Interrupt {
    private let sources: [any DispatchSourceSignal]

    /// Calls `action` at the first signal, from now until `stop`.
    init(_ action: @escaping @Sendable () -> Void) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                // From here on the signal does what it did before us.
                signal(number, SIG_DFL)
                action()
            }
            source.resume()
            return source
        }
    }

    /// Ends the watch.
    func stop() {
        for source in sources { source.cancel() }
    }
}
