import ControlAPI
import Testing
import vswctl

@Suite("FlowText")
struct FlowTextTests {
    static func flow(_ port: Int = 40_000) -> Flow {
        var flow = Flow(
            network: "blue", service: "tcp/22",
            from: FlowEnd(address: "10.66.0.11", port: port, vm: "web1"),
            to: FlowEnd(address: "fd00::12", port: 22))
        flow.verdict = .deny
        flow.reason = "denied_by_policy"
        flow.rules = [RuleReference(name: "shop/no-ssh"), RuleReference(name: "shop/no-ssh")]
        return flow
    }

    @Test("an end is its VM, if any, with the address; IPv6 in brackets before a port")
    func ends() {
        #expect(Self.flow().from.text == "web1 10.66.0.11:40000")
        #expect(Self.flow().to.text == "[fd00::12]:22")
        #expect(FlowEnd(address: "fd00::12").text == "fd00::12")
    }

    @Test("a rule that decides at both ends is named once, with its place and the reason")
    func rules() {
        #expect(Self.flow().ruleText == "shop/no-ssh (denied_by_policy)")
        var flow = Self.flow()
        flow.rules = [RuleReference(name: "a/#1"), RuleReference(name: "b/#2")]
        flow.reason = nil
        #expect(flow.ruleText == "a/#1, b/#2")
        flow.rules = [
            RuleReference(name: "a/#1", file: "p/a.yaml", line: 4),
            RuleReference(name: "b/#2", file: "b.yaml", line: 9),
        ]
        #expect(flow.ruleText == "a/#1 p/a.yaml:4, b/#2 b.yaml:9")
    }

    @Test("a flow that passes only because a file is in audit mode says so, and is news")
    func audited() {
        var flow = Self.flow()
        flow.verdict = .allow
        flow.reason = nil
        #expect(flow.line.hasPrefix("allow tcp "))
        var news = FlowNews()
        _ = news.take([flow])
        flow.audited = true
        #expect(flow.line.hasPrefix("allow (audit: would refuse) tcp "))
        #expect(news.take([flow]) == [flow])
    }

    @Test("a flow is one line")
    func line() {
        var flow = Self.flow()
        #expect(
            flow.line == "deny tcp web1 10.66.0.11:40000 -> [fd00::12]:22 on tcp/22 in blue, "
                + "closed by shop/no-ssh (denied_by_policy)\n")
        flow.from.vm = "a\nb"
        #expect(flow.line.count { $0.isNewline } == 1)
    }

    @Test("only what the list before did not have is new")
    func news() {
        var news = FlowNews()
        let (first, second) = (Self.flow(1), Self.flow(2))
        #expect(news.take([first]) == [first])
        #expect(news.take([first, second]) == [second])
        #expect(news.take([second]).isEmpty)
        #expect(news.take([first, second]) == [first])
    }

    @Test("growing counts are not news; another verdict is")
    func newsByVerdict() {
        var news = FlowNews()
        var flow = Self.flow()
        _ = news.take([flow])
        flow.original = Traffic(packets: 9, bytes: 900)
        flow.idleSeconds = 3
        #expect(news.take([flow]).isEmpty)
        flow.verdict = .allow
        #expect(news.take([flow]) == [flow])
    }
}
