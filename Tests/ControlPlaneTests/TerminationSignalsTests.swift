import ControlPlane
import Glibc
import Synchronization
import Testing

@Suite("TerminationSignals")
struct TerminationSignalsTests {
    @Test("a signal of the process becomes a call, as often as it comes")
    func calls() async throws {
        let count = Mutex(0)
        let signals = TerminationSignals([SIGUSR2]) { count.withLock { $0 += 1 } }
        for expected in 1...3 {
            try await Task.sleep(for: .milliseconds(50))
            kill(getpid(), SIGUSR2)
            #expect(try await SwitchRig.eventually { count.withLock { $0 } == expected })
        }
        signals.end()
    }
}
