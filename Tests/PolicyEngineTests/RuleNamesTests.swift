import Packet
import PolicyEngine
import Testing

@Suite struct RuleNamesTests {
    private let first = """
        policy: a
        for: any
        rules:
        - allow any -> any on tcp/1 as one
        - deny any -> any on tcp/2
        - reject any -> any on tcp/3 as rj
        - pass any -> any on tcp/4
        """
    private let second = "policy: b\nfor: any\ntier: baseline\ndefault: deny log\n"

    /// What both say of every number, also of those that no rule has.
    private func compare(_ names: RuleNames, _ compiled: CompiledPolicy) {
        for number in 0..<UInt32(compiled.ruleIDEnd + 3) {
            let id = RuleID(rawValue: number)
            #expect(names.rule(id) == compiled.rule(id))
        }
    }

    @Test("every number is told as its policy tells it, also after an edit")
    func namesAsThePolicy() throws {
        let files = [try policy(first, path: "a.yaml"), try policy(second, path: "b.yaml")]
        let compiled = try PolicyCompiler.compile(files, try shop())
        let names = RuleNames(compiled)
        compare(names, compiled)
        let text = first.replacing("tcp/2", with: "tcp/22\n- deny any -> any on tcp/5")
        let edited = try PolicyCompiler.recompile(
            compiled, [try policy(text, path: "a.yaml"), files[1]], try shop())
        compare(RuleNames(edited), edited)
        compare(names, compiled)
        compare(RuleNames(.empty), .empty)
    }

    @Test("what refuses is told: deny, reject, such a default, and the built-in denial")
    func tellsRefusals() throws {
        let compiled = try PolicyCompiler.compile(
            [try policy(first), try policy(second)], try shop())
        let names = RuleNames(compiled)
        let refusing = compiled.rules.filter { names.refuses($0.id) }.map(\.name)
        #expect(refusing == ["default", "a/#2", "a/rj", "b/default"])
    }

    @Test("the same files keep their names; a file parsed anew shares nothing")
    func tellsSharedRules() throws {
        let files = [try policy(first), try policy(second)]
        let compiled = try PolicyCompiler.compile(files, try shop())
        let again = try PolicyCompiler.recompile(compiled, files, try shop())
        let (names, same) = (RuleNames(compiled), RuleNames(again))
        #expect(names.isSame(as: same) && names.ruleCount(besides: same) == 0)
        let other = RuleNames(
            try PolicyCompiler.recompile(
                compiled, [try policy("# moved\n" + first), files[1]], try shop()))
        #expect(!names.isSame(as: other) && names.ruleCount(besides: other) == 4)
        let moved = RuleNames(
            try PolicyCompiler.compile(
                [files[0], try policy("# moved\n" + second)], try shop()))
        #expect(!names.isSame(as: moved), "a default on another line")
        let none = RuleNames(.empty)
        #expect(!names.isSame(as: none) && names.ruleCount(besides: none) == 4)
    }
}
