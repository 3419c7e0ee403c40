import ControlPlane
import Testing

@Suite("LogBudget")
struct LogBudgetTests {
    @Test("a burst passes, then the steady rate; what did not pass is counted once")
    func limits() {
        var budget = LogBudget(perSecond: 10, burst: 3)
        let start = ContinuousClock.now
        let first = (0..<5).map { _ in budget.take(now: start) }
        #expect(first == [true, true, true, false, false])
        let early = budget.takeSuppressed(now: start)
        #expect(early == 0, "there is no room to tell it yet")
        let later = start + .milliseconds(250)
        let counts = (0..<2).map { _ in budget.takeSuppressed(now: later) }
        #expect(counts == [2, 0])
        let next = (0..<3).map { _ in budget.take(now: later) }
        #expect(next == [true, true, false])
    }

    @Test("a long silence saves up no more than a burst")
    func capsSavings() {
        var budget = LogBudget(perSecond: 10, burst: 3)
        let start = ContinuousClock.now
        let first = budget.take(now: start)
        #expect(first)
        let later = start + .seconds(3_600)
        let taken = (0..<10).map { _ in budget.take(now: later) }.count { $0 }
        #expect(taken == 3)
    }
}
