import Glibc
import Synchronization

/// A lock of one word for critical sections of a few dozen instructions.
///
/// - Only workers take it, never the control side; a worker holds it without a system call.
/// - A waiter yields its core after a short spin, so that a holder that was preempted can go on.
/// - Zeroed memory is a free lock.
struct SpinLock: ~Copyable {
    private let word = Atomic<UInt32>(0)

    func acquire() {
        if word.exchange(1, ordering: .acquiring) != 0 { wait() }
    }

    /// Takes the lock if it is free.
    func tryAcquire() -> Bool {
        word.exchange(1, ordering: .acquiring) == 0
    }

    func release() {
        word.store(0, ordering: .releasing)
    }

    @inline(never) private func wait() {
        var attempts = 0
        while word.exchange(1, ordering: .acquiring) != 0 {
            // Wait by reading: an exchange would take the line from the holder.
            while word.load(ordering: .relaxed) != 0 {
                attempts &+= 1
                if attempts > 64 { sched_yield() }
            }
        }
    }
}
