import Packet
import PolicyEngine
import Testing

/// What `mode: audit` means, case by case.
@Suite struct RuleDecisionTests {
    private func ask(_ texts: String..., tcp port: UInt16 = 22) throws -> String {
        let compiled = try PolicyCompiler.compile(try texts.map { try policy($0) }, try shop())
        return try compiled.answer(1, .egress, ("10.0.0.1", "10.0.0.2"), .tcp(port))
    }

    private static let audit = "policy: a\nfor: any\nmode: audit\n"
    private static let refusal = audit + "rules:\n- deny any -> any on tcp/22 log\n"

    @Test("a file in audit mode drops nothing, and says which rule would have")
    func recordsRefusals() throws {
        #expect(try ask(Self.refusal) == "allow by a/#1, logged, audited")
        #expect(
            try ask(Self.audit + "default: reject log sampled\n")
                == "allow by a/default, sampled, audited")
    }

    @Test("its `allow` and `pass` decide as in enforce mode")
    func decidesOtherwise() throws {
        let file = Self.audit + "rules:\n- allow any -> any on tcp/22 limit 3/s\n"
        #expect(try ask(file) == "allow by a/#1, limited")
        let later = "policy: z\ntier: baseline\nfor: any\ndefault: deny\n"
        #expect(try ask(Self.audit + "default: pass\n", later) == "deny by z/default")
        #expect(try ask(Self.audit + "default: allow\n", later) == "allow by a/default")
    }

    @Test("a refusal by a file that enforces stands, in the same tier and in later ones")
    func keepsOtherRefusals() throws {
        for other in [
            "policy: b\nfor: any\nrules:\n- deny any -> any on tcp/22\n",
            "policy: b\nfor: any\ndefault: deny\n",
            "policy: b\ntier: baseline\nfor: any\nrules:\n- deny any -> any\n",
            "policy: b\ntier: baseline\nfor: any\ndefault: deny\n",
        ] {
            let rule = other.contains("default") ? "default" : "#1"
            #expect(try ask(Self.refusal, other) == "deny by b/\(rule)")
            #expect(try ask(Self.audit + "default: deny\n", other) == "deny by b/\(rule)")
        }
        let earlier = "policy: b\ntier: guard\nfor: any\nrules:\n- reject any -> any on tcp/22\n"
        #expect(try ask(Self.refusal, earlier) == "reject by b/#1")
    }

    @Test("what others allow passes, and names the first rule that would have refused")
    func namesTheFirst() throws {
        let allow = "policy: b\ntier: baseline\nfor: any\ndefault: allow\n"
        #expect(try ask(Self.refusal, allow) == "allow by a/#1, logged, audited")
        #expect(try ask(Self.refusal, allow, tcp: 23) == "allow by b/default")
        let second = "policy: c\ntier: guard\nfor: any\nmode: audit\ndefault: deny\n"
        #expect(try ask(Self.refusal, second, allow) == "allow by c/default, audited")
    }

    @Test("its own default is not asked where its rule would have refused")
    func leavesTheFileOut() throws {
        let other = "policy: b\nfor: any\ndefault: deny\n"
        #expect(try ask(Self.refusal + "default: allow\n", other) == "deny by b/default")
        #expect(try ask(Self.refusal + "default: allow\n", other, tcp: 1) == "allow by a/default")
    }

    @Test("the built-in denial is only recorded where every file is in audit mode")
    func recordsTheBuiltInDenial() throws {
        #expect(try ask(Self.refusal, tcp: 1) == "allow by default, audited")
        let enforcing = "policy: b\ntier: baseline\nfor: vm web1\n"
        #expect(try ask(Self.refusal, enforcing, tcp: 1) == "deny by default")
        #expect(try ask(Self.refusal, enforcing) == "allow by a/#1, logged, audited")
        #expect(try ask(Self.audit.replacing("any", with: "vm db1")) == "deny by default")
    }

    @Test("files of one tier contradict each other in whatever mode they are")
    func judgesConflictsAsWritten() throws {
        let other = "policy: b\nfor: any\nrules:\n- allow any -> any on tcp/22\n"
        #expect(try compileFaults([Self.refusal, other], try shop()).count == 1)
    }
}
