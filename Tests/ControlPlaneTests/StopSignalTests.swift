import ControlPlane
import Synchronization
import Testing

@Suite("StopSignal")
struct StopSignalTests {
    @Test("it does each action once and in order, also one that comes late")
    func raises() {
        let signal = StopSignal()
        let done = Mutex<[Int]>([])
        for number in 0..<3 { signal.onRaise { done.withLock { $0.append(number) } } }
        #expect(!signal.isRaised && done.withLock { $0 }.isEmpty)
        signal.raise()
        signal.raise()
        #expect(signal.isRaised && done.withLock { $0 } == [0, 1, 2])
        signal.onRaise { done.withLock { $0.append(3) } }
        #expect(done.withLock { $0 } == [0, 1, 2, 3])
    }
}
