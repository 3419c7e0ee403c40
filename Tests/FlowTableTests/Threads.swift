import Glibc

/// Runs `body` on threads of its own, numbered from zero, and waits for all. Tasks would share the
/// few threads that the tests run on, and might never run at the same time.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let threads = (0..<count).map { number in
        var thread = pthread_t()
        // The thread takes this reference over.
        let work = Unmanaged.passRetained(Work(number: number, body: body))
        pthread_create(&thread, nil, { Work.run($0) }, work.toOpaque())
        return thread
    }
    for thread in threads { pthread_join(thread, nil) }
}

private final class Work {
    let number: Int
    let body: @Sendable (Int) -> Void

    init(number: Int, body: @escaping @Sendable (Int) -> Void) {
        self.number = number
        self.body = body
    }

    static func run(_ work: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        // Takes over the reference that `onThreads` retained for this thread.
        let work = work.map { Unmanaged<Work>.fromOpaque($0).takeRetainedValue() }
        work.map { $0.body($0.number) }
        return nil
    }
}
