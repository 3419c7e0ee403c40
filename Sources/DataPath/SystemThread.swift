import CLinux
import Glibc

/// A POSIX thread that runs one body to its end, outside of Swift concurrency.
final class SystemThread: Sendable {
    private let thread: pthread_t

    /// Starts `body` on a thread of this name (at most 15 bytes); nil when the system refuses one.
    init?(_ name: StaticString, _ body: @escaping @Sendable () -> Void) {
        // SAFETY: retained here, released by the thread, or here if there is none.
        let start = unsafe Unmanaged.passRetained(Start(name, body))
        var thread = pthread_t()
        guard unsafe pthread_create(&thread, nil, Self.main, start.toOpaque()) == 0 else {
            unsafe start.release()
            return nil
        }
        self.thread = thread
    }

    /// Waits until the body has ended. Called once.
    func join() { pthread_join(thread, nil) }

    /// What a new thread is told.
    private final class Start: Sendable {
        let name: StaticString
        let body: @Sendable () -> Void

        init(_ name: StaticString, _ body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? =
        { argument in
            // SAFETY: what init retained for this thread, once.
            let start = unsafe Unmanaged<Start>.fromOpaque(argument.unsafelyUnwrapped)
                .takeRetainedValue()
            start.name.withUTF8Buffer { bytes in
                let name = unsafe UnsafeRawPointer(bytes.baseAddress.unsafelyUnwrapped)
                unsafe vsw_name_thread(name.assumingMemoryBound(to: CChar.self))
            }
            start.body()
            return nil
        }
}
