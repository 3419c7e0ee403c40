import CLinux
import Glibc

/// The thread of a worker: a pinned POSIX thread without Swift concurrency, which reads the clocks,
/// waits for frames, and lets the worker breathe.
final class WorkerThread: Sendable {
    /// How long a worker without frames sleeps before it looks at its timers.
    private static let sleepMilliseconds: CInt = 100

    /// What a new thread is told; it frees this itself.
    private struct Start: ~Copyable {
        var worker: Worker
        let settings: SwitchSettings
    }

    private let link: WorkerLink
    private let thread: SystemThread

    /// Starts the thread of `worker`; nil when the system refuses one.
    init?(_ worker: consuming Worker, _ settings: SwitchSettings) {
        link = worker.link
        let start = UnsafeMutablePointer<Start>.allocate(capacity: 1)
        unsafe start.initialize(to: Start(worker: worker, settings: settings))
        // SAFETY: from here on the new thread alone has the worker.
        nonisolated(unsafe) let handedOver = unsafe start
        let thread = SystemThread("vsw-worker") {
            unsafe Self.run(&handedOver.pointee.worker, handedOver.pointee.settings)
            unsafe handedOver.deinitialize(count: 1).deallocate()
        }
        guard let thread else {
            unsafe start.deinitialize(count: 1).deallocate()
            return nil
        }
        self.thread = thread
    }

    /// Ends the thread after its current turn, and waits for that.
    func stop() {
        link.isStopping.store(true, ordering: .releasing)
        link.ring()
        thread.join()
    }

    private static func run(_ worker: inout Worker, _ settings: SwitchSettings) {
        if let processor = settings.processor { vsw_pin_thread(CInt(processor)) }
        let patience = UInt64(max(settings.idlePollMicroseconds, 0)) * 1_000
        var busy: UInt64 = 0
        while !worker.link.isStopping.load(ordering: .acquiring) {
            let isPolling = worker.isWalking || worker.now &- busy < patience
            worker.poller.wait(milliseconds: isPolling ? 0 : sleepMilliseconds)
            worker.breathe(at: .now)
            if worker.poller.readyCount > 0 { busy = worker.now }
        }
    }
}

extension Worker.Instant {
    /// Now, by the system's clocks.
    static var now: Self {
        Self(monotonic: read(CLOCK_MONOTONIC), realtime: read(CLOCK_REALTIME))
    }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
