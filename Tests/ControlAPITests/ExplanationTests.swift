import ControlAPI
import Testing

extension ExplainRequest {
    /// A question in which every field is set.
    static var sample: ExplainRequest {
        var request = ExplainRequest(
            from: "web1", to: "db1", service: "tcp/22", network: "blue")
        request.files = [PolicyFileText(path: "shop.yaml", text: "policy: shop\n")]
        request.audit = true
        return request
    }
}

extension Decision {
    /// A decision in which every field is set.
    static let sample = Decision(
        port: "db1", verdict: .deny, rule: .sample, text: "deny any -> db on tcp/22 as no-ssh")
}

extension Explanation {
    /// An explanation in which every field is set.
    static var sample: Explanation {
        var explanation = Explanation(
            network: "blue", from: .sample, to: FlowEnd(address: "10.66.0.12", vm: "db1"),
            service: "tcp/22")
        explanation.egress = Decision(port: "web1", verdict: .allow, rule: .sample)
        explanation.ingress = .sample
        explanation.nearestMiss = NearestMiss(
            rule: .sample, fields: ["service"], text: "it would allow tcp/23")
        explanation.note = "no rule judges this"
        return explanation
    }
}

@Suite("Explanation")
struct ExplanationTests {
    @Test("an explanation denies until somebody decides otherwise")
    func deniesByDefault() {
        let end = FlowEnd(address: "10.0.0.1")
        let explanation = Explanation(network: "n", from: end, to: end, service: "tcp/1")
        #expect(explanation.verdict == .deny)
        #expect(explanation.egress == nil && explanation.ingress == nil)
    }

    @Test("a decision carries its rule's name, file and line side by side")
    func flattensTheRule() throws {
        let fields = try SchemaSample(Decision.sample).fields()
        #expect(fields["rule"] as? String == "shop/no-ssh")
        #expect(fields["file"] as? String == "policies/shop.yaml")
        #expect(fields["line"] as? Int == 18)
    }

    @Test("the decision of no rule at all has neither file nor line")
    func defaultHasNoPlace() throws {
        let decision = Decision(
            port: "db1", verdict: .deny, rule: RuleReference(name: "default"))
        let keys = try SchemaSample(decision).fields().keys
        #expect(Set(keys) == ["port", "verdict", "audited", "rule"])
    }

    @Test("a question needs both ends and a service")
    func needsThree() throws {
        let sample = SchemaSample(ExplainRequest.sample)
        for field in ["from", "to", "service"] {
            #expect(try !sample.decodes(without: field), "\(field)")
        }
        #expect(try sample.decodes(without: "network"))
    }
}
