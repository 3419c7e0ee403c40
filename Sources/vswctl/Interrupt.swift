import Foundation
import Glibc

/// Where the signal handler writes to; -1 until there is an `Interrupt`.
// It is written once, before the handler is installed, and only read from then on.
private nonisolated(unsafe) var wakeup: CInt = -1

/// Turns the first SIGINT or SIGTERM, or the end of who reads our output, into a call; the next
/// signal ends the program at once.
///
/// Signals count from the moment this is made: one that comes before `then` is kept in the pipe.
/// A program makes one `Interrupt` at most.
struct Interrupt {
    private let source: CInt

    /// Begins to watch.
    init() throws {
        var ends: [CInt] = [-1, -1]
        // SAFETY: the array has room for the two descriptors that pipe stores.
        guard unsafe pipe(&ends) == 0, fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0 else {
            throw CommandFailure("cannot watch for signals: \(SystemReason())")
        }
        source = ends[0]
        unsafe wakeup = ends[1]
        for number in [SIGINT, SIGTERM] { signal(number, Self.handler) }
    }

    /// Calls `action` at the first signal, or now if it has come already.
    func then(_ action: @escaping @Sendable () -> Void) {
        Thread.detachNewThread { [source] in
            // A pipe whose reader has gone is in error (poll(2)), whatever is asked for.
            var ready = [
                pollfd(fd: source, events: Int16(POLLIN), revents: 0),
                pollfd(fd: STDOUT_FILENO, events: 0, revents: 0),
            ]
            // SAFETY: the array holds two elements and outlives the call.
            while unsafe poll(&ready, 2, -1) < 1 {}
            for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
            action()
        }
    }

    /// Async-signal-safe (signal-safety(7)): one write, which cannot block, and `errno` as it was.
    private static let handler: @convention(c) (CInt) -> Void = { _ in
        let before = errno
        var byte: UInt8 = 1
        // SAFETY: a local byte, and a descriptor that is never closed.
        _ = unsafe write(wakeup, &byte, 1)
        errno = before
    }
}
