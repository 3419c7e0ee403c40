import ControlAPI
import Testing
import vswctl

@Suite("vswctl policy history, confirm and rollback")
struct PolicyCommandHistoryTests {
    private var history: PolicyHistory {
        var now = PolicyGeneration(
            generation: 9, appliedAt: "2026-11-21T17:00:00Z", origin: "rolled back to 7",
            digest: String(repeating: "ab", count: 32))
        now.files = ["shop.yaml"]
        now.current = true
        var before = PolicyGeneration(
            generation: 8, appliedAt: "2026-11-21T16:00:00Z", origin: "applied", digest: "cd")
        before.audited = true
        return PolicyHistory(generations: [now, before])
    }

    @Test("each generation has a line, the one in force a star, and none says what that means")
    func printsHistory() {
        let lines = PolicyHistoryText.text(history).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].hasPrefix("9 *") && lines[1].contains("abababababab "))
        #expect(lines[1].contains("rolled back to 7") && lines[1].hasSuffix("shop.yaml"))
        #expect(!lines[1].contains("--audit") && lines[2].contains("applied --audit"))
        #expect(lines[2].hasSuffix("none: every port closed"))
        #expect(PolicyHistoryText.text(PolicyHistory(generations: [])).contains("no policy"))
    }

    @Test("a policy that waits to be confirmed is told with what returns, and when")
    func printsConfirmation() {
        var waiting = history
        waiting.confirmation = PolicyConfirmation(generation: 9, fallback: 8, secondsLeft: 42)
        let text = PolicyHistoryText.text(waiting)
        #expect(
            text.contains("generation 9 waits") && text.contains("in 42 s generation 8 returns"))
    }

    @Test("confirm and rollback ask their routes")
    func asks() throws {
        let (confirmed, _) = try CommandLineRun.against(
            ["POST /v1/policy/confirm": .init(PolicyConfirmReply(generation: 9))], "policy",
            "confirm")
        #expect(confirmed.output == "generation 9 is confirmed\n")
        let reply = PolicyApplyReply(generation: 10, cutFlows: 1, policies: [], warnings: [])
        let (back, requests) = try CommandLineRun.against(
            ["POST /v1/policy/rollback": .init(reply)], "policy", "rollback", "8")
        #expect(back.output == "generation 10 in force: no policy; 1 live flows cut\n")
        #expect(requests.joined().contains("\"generation\":8"))
    }
}
