import Dispatch
import Glibc

/// Turns SIGTERM and SIGINT into a call on an ordinary thread, where everything may be done.
package struct TerminationSignals {
    private let sources: [any DispatchSourceSignal]

    /// Calls `action` at each of these signals, from now on.
    package init(_ numbers: [CInt] = [SIGTERM, SIGINT], _ action: @escaping @Sendable () -> Void) {
        sources = numbers.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: action)
            source.resume()
            return source
        }
    }

    /// Calls nothing any more.
    package func end() {
        for source in sources { source.cancel() }
    }
}
