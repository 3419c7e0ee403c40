import ControlAPI
import Testing
import vswctl

extension PolicyCommandTests {
    static var explanation: Explanation {
        var explanation = Explanation(
            network: "blue", from: FlowEnd(address: "10.66.0.11", vm: "web1"),
            to: FlowEnd(address: "10.66.0.12", vm: "db1"), service: "tcp/22")
        explanation.egress = Decision(
            port: "web1", verdict: .allow,
            rule: RuleReference(name: "shop/#1", file: "shop.yaml", line: 9),
            text: "allow any -> db")
        explanation.ingress = Decision(
            port: "db1", verdict: .deny, rule: RuleReference(name: "default"))
        return explanation
    }

    @Test("explain says the verdict, then the rule at each end with its file and line")
    func explain() throws {
        let (run, requests) = try CommandLineRun.against(
            ["POST /v1/policy/explain": .init(ExplainReply(explanations: [Self.explanation]))],
            "policy", "explain", "web1", "db1", "tcp/22", "--network", "blue")
        #expect(run.status == 0)
        let lines = [
            "deny: web1 10.66.0.11 -> db1 10.66.0.12 on tcp/22 in network blue",
            "  egress   web1  allow  by shop/#1  shop.yaml:9      allow any -> db",
            "  ingress  db1   deny   by default  nothing matched",
        ]
        #expect(run.output == lines.map { $0 + "\n" }.joined())
        let body = Pieces(lines: requests.joined())[1]
        let question = ExplainRequest(from: "web1", to: "db1", service: "tcp/22", network: "blue")
        #expect(try ExplainRequest.decode(body.utf8) == question)
    }

    @Test("explain --with sends the files")
    func explainFiles() throws {
        try withFile { path in
            let (_, requests) = try CommandLineRun.against(
                ["POST /v1/policy/explain": .init(ExplainReply(explanations: []))],
                "policy", "explain", "web1", "db1", "tcp/22", "--with", path)
            let body = Pieces(lines: requests.joined())[1]
            let files = try ExplainRequest.decode(body.utf8).files
            #expect(files == [PolicyFileText(path: path, text: "policy: shop\n")])
            let (_, audited) = try CommandLineRun.against(
                ["POST /v1/policy/explain": .init(ExplainReply(explanations: []))],
                "policy", "explain", "web1", "db1", "tcp/22", "--audit", "--with", path)
            #expect(try ExplainRequest.decode(Pieces(lines: audited.joined())[1].utf8).audit)
        }
        let alone = try CommandLineRun(["policy", "explain", "a", "b", "tcp/22", "--audit"])
        #expect(alone.status == 2 && alone.error.contains("--with"), "\(alone.error)")
    }

    @Test("an end outside has no decision, and no line")
    func explainOutside() {
        var explanation = Self.explanation
        explanation.egress = nil
        let text = ExplanationText(explanation).description
        #expect(!text.contains("egress") && text.contains("ingress"))
    }

    @Test("an end on another host has a line that says where it is judged")
    func explainElsewhere() {
        var explanation = Self.explanation
        explanation.ingress = nil
        explanation.to.host = "hv2"
        let text = ExplanationText(explanation).description
        #expect(text.hasSuffix("\n  ingress  judged on host hv2\n"), "\(text)")
    }

    @Test("show without a name lists the policies; with none in force it says what that means")
    func showAll() throws {
        var audited = Self.summary
        audited.audited = true
        let list = PolicyList(generation: 7, policies: [Self.summary, audited])
        let (some, _) = try CommandLineRun.against(
            ["GET /v1/policy": .init(list)], "policy", "show")
        #expect(some.output.contains("web1,db1") && some.output.contains("generation 7"))
        #expect(some.output.contains(" enforce ") && some.output.contains(" audit "))
        let (none, _) = try CommandLineRun.against(
            ["GET /v1/policy": .init(PolicyList(generation: 0, policies: []))], "policy", "show")
        #expect(none.output == "no policy is in force: every port is closed\n")
    }

    @Test("show with a name lists its rules with their lines")
    func showOne() throws {
        var policy = PolicyShow(name: "shop", tier: "app", path: "shop.yaml", text: "…")
        policy.rules = [
            Self.rule(1, line: 9, "allow any -> db"), Self.rule(2, line: 10, "pass any -> db"),
        ]
        policy.rules[1].decides = false
        policy.audited = true
        let (run, _) = try CommandLineRun.against(
            ["GET /v1/policy/shop": .init(policy)], "policy", "show", "shop")
        #expect(
            run.output.contains("shop/#1  shop.yaml:9      0  never     allow any -> db\n"),
            "\(run.output)")
        let passing = "shop/#2  shop.yaml:10     -  -         pass any"
        #expect(run.output.contains(passing), "\(run.output)")
        #expect(run.output.contains("mode    audit\n"), "\(run.output)")
    }

    private static func rule(_ number: Int, line: Int, _ text: String) -> PolicyRuleText {
        PolicyRuleText(name: "shop/#\(number)", file: "shop.yaml", line: line, text: text)
    }

    @Test("show --unused lists the rules without a hit, of all policies")
    func showUnused() throws {
        var policy = PolicyShow(name: "shop", tier: "app", path: "shop.yaml", text: "…")
        policy.rules = [
            Self.rule(1, line: 9, "allow any -> db"), Self.rule(2, line: 10, "allow any -> web"),
            Self.rule(3, line: 11, "pass any -> ops"),
        ]
        policy.rules[2].decides = false
        policy.rules[0].hits = 3
        let list = PolicyList(generation: 7, policies: [Self.summary])
        let replies: [String: StubDaemon.Reply] = [
            "GET /v1/policy": try .init(list), "GET /v1/policy/shop": try .init(policy),
        ]
        let (run, _) = try CommandLineRun.against(replies, "policy", "show", "--unused")
        #expect(run.output.contains("shop/#2  shop.yaml:10  "), "\(run.output)")
        #expect(!run.output.contains("shop/#1") && !run.output.contains("shop/#3"), "\(run.output)")
        let (json, _) = try CommandLineRun.against(replies, "policy", "show", "--unused", "--json")
        #expect(json.output.contains(#""file" : "shop.yaml""#), "\(json.output)")
    }
}
