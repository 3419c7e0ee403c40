import Packet
import PolicyEngine
import Testing

@Suite struct PolicyTestCheckTests {
    private static let text = """
        policy: shop
        for: label app=shop
        groups:
          db: label role=db
        services:
          sql: tcp/5432, tcp/3306
          many: tcp/5000-6000
        rules:
          - allow label role=web -> db on tcp/5432
          - reject label role=web -> db on tcp/23 as no-telnet
          - allow any -> vm web1 on tcp/80
          - allow vm ops1 -> db on tcp except
        default: deny log
        tests:
        """.replacing("on tcp except", with: "on tcp/22, icmp")

    private func compile(
        _ tests: [String], _ universe: PolicyUniverse, head: String = text
    ) throws(PolicyErrors) -> CompiledPolicy {
        let lines = tests.map { "  - \($0)\n" }.joined()
        let source = PolicySource(path: "dir/shop.yaml", text: head + "\n" + lines)
        return try PolicyCompiler.compile([try PolicyParser.parse(source)], universe)
    }

    private func failure(_ test: String, head: String = text) throws -> String? {
        let universe = try shop()
        do throws(PolicyErrors) {
            let compiled = try compile([test], universe, head: head)
            #expect(compiled.warnings.isEmpty)
            return nil
        } catch {
            let fault = error.errors[0]
            #expect(error.errors.count == 1 && fault.line == 15 && fault.column == 5)
            #expect(fault.sourceLine.contains(test))
            #expect(fault.message.hasPrefix("the test `\(test)` does not hold: "))
            return fault.message.dropFirst("the test `\(test)` does not hold: ".count)
                + " | " + fault.hint
        }
    }

    @Test("the end of a VM on a host without rules is judged by nobody")
    func asksNobodyUnjudged() throws {
        let head = "policy: x\nfor: vm db1\nrules:\n- allow vm web1 -> vm db1 on tcp/1\ntests:"
        let tests = ["vm web1 -> vm db1 on tcp/1 => allow by x/#1"]
        var universe = try shop()
        #expect(throws: PolicyErrors.self) { try compile(tests, universe, head: head) }
        universe.endpoints[0].isJudged = false
        #expect(try compile(tests, universe, head: head).warnings.isEmpty)
    }

    @Test(
        "a test that holds says nothing",
        arguments: [
            "vm web1 -> vm db1 on tcp/5432 => allow",
            "vm web1 -> vm db1 on tcp/5432 => allow by shop/#1",
            "vm web1 -> vm db1 on tcp/23 => reject by no-telnet",
            "vm web1 -> vm db1 on tcp/24-5431 => deny by default",
            "vm ops1 -> vm db1 on icmp/echo => allow",
            "cidr 192.0.2.1 -> vm web1 on tcp/80 => allow by shop/#3",
            "cidr 10.0.0.1 -> vm db1 on tcp/5432 => allow",
            "vm db1 -> vm web1 on tcp/80 => allow",
            "vm db1 -> cidr 192.0.2.1 on any => deny by shop/default",
            "vm web1 -> cidr fd00::2 on tcp/5432 => allow",
        ])
    func holds(test: String) throws {
        #expect(try failure(test) == nil)
    }

    @Test(
        "a test that does not hold says what came out, by which rule, and how to see it",
        arguments: [
            (
                "vm web1 -> vm db1 on tcp/5432 => deny",
                "tcp/5432 from 10.0.0.1 (vm web1) to 10.0.0.2 (vm db1) is allowed by `shop/#1` "
                    + "(dir/shop.yaml:9) | see `vswctl policy explain web1 db1 tcp/5432 "
                    + "--with dir/shop.yaml`"
            ),
            (
                "vm web1 -> vm db1 on tcp/23 => deny",
                "tcp/23 from 10.0.0.1 (vm web1) to 10.0.0.2 (vm db1) is rejected at the sender's "
                    + "port by `shop/no-telnet` (dir/shop.yaml:10) | "
                    + "see `vswctl policy explain web1 db1 tcp/23 --with dir/shop.yaml`"
            ),
            (
                "cidr 192.0.2.1 -> vm db1 on tcp/22 => allow",
                "tcp/22 from 192.0.2.1 to 10.0.0.2 (vm db1) is denied at the receiver's port by "
                    + "`shop/default` (dir/shop.yaml:13) | "
                    + "see `vswctl policy explain 192.0.2.1 db1 tcp/22 --with dir/shop.yaml`"
            ),
            (
                "vm web1 -> vm db1 on sql => allow",
                "tcp/3306 from 10.0.0.1 (vm web1) to 10.0.0.2 (vm db1) is denied at the sender's "
                    + "port by `shop/default` (dir/shop.yaml:13) | "
                    + "see `vswctl policy explain web1 db1 tcp/3306 --with dir/shop.yaml`"
            ),
            (
                "vm web1 -> vm db1 on many => deny",
                "tcp/5432 from 10.0.0.1 (vm web1) to 10.0.0.2 (vm db1) is allowed by `shop/#1` "
                    + "(dir/shop.yaml:9) | see `vswctl policy explain web1 db1 tcp/5432 "
                    + "--with dir/shop.yaml`"
            ),
            (
                "vm web1 -> vm db1 on tcp/5433 => deny by no-telnet",
                "tcp/5433 from 10.0.0.1 (vm web1) to 10.0.0.2 (vm db1) is denied at the sender's "
                    + "port by `shop/default` (dir/shop.yaml:13) | "
                    + "see `vswctl policy explain web1 db1 tcp/5433 --with dir/shop.yaml`"
            ),
        ])
    func fails(test: String, expected: String) throws {
        #expect(try failure(test) == expected + "; correct the rule, or the test")
    }

    @Test("both ends count, also those on other hosts")
    func judgesRemoteEnds() throws {
        var universe = try shop()
        for index in universe.endpoints.indices { universe.endpoints[index].port = nil }
        _ = try compile(["vm web1 -> vm db1 on tcp/5432 => allow"], universe)
        universe.endpoints[1].labels["app"] = "other"
        let error = #expect(throws: PolicyErrors.self) {
            try compile(["vm web1 -> vm db1 on tcp/5432 => allow"], universe)
        }
        #expect(
            error?.errors.first?.message.hasSuffix(
                "is denied at the receiver's port by `default`: no rule there matches") == true)
    }

    @Test(
        "a test of what does not exist yet is not evaluated, and says so",
        arguments: [
            ("vm web9 -> vm db1 on tcp/1 => allow", "there is no VM `web9` yet"),
            ("vm web1 -> vm db9 on tcp/1 => allow", "there is no VM `db9` yet"),
            (
                "cidr 192.0.2.1 -> cidr 192.0.2.2 on tcp/1 => allow",
                "neither address belongs to a VM yet"
            ),
            (
                "cidr 10.0.0.1 -> cidr fd00::2 on tcp/1 => allow",
                "the ends share no network, or have no addresses of one family"
            ),
            (
                "vm web1 -> vm other on tcp/1 => deny",
                "the ends share no network, or have no "
                    + "addresses of one family"
            ),
            ("vm web1 -> vm bare on tcp/1 => deny", "vm bare has no address"),
            (
                "vm web1 -> cidr 192.0.2.1 on icmpv6 => allow",
                "the ends have no addresses of the service's family"
            ),
        ])
    func skips(test: String, reason: String) throws {
        var universe = try shop()
        universe.endpoints.append(try PolicyEndpoint("other app=x", 4, network: 2))
        universe.endpoints.append(try PolicyEndpoint("bare app=x", 5))
        universe.endpoints[4].addresses = []
        let compiled = try compile([test], universe)
        #expect(
            compiled.warnings.map(\.description) == [
                "dir/shop.yaml:15:5: the test `\(test)` was not evaluated: \(reason)"
            ])
    }

    @Test("in audit mode a test sees what the file would do")
    func seesThroughAudit() throws {
        let head = Self.text.replacing("policy: shop", with: "policy: shop\nmode: audit")
            .replacing("\n  many: tcp/5000-6000", with: "")
        #expect(
            try failure("vm web1 -> vm db1 on tcp/23 => reject by no-telnet", head: head) == nil)
        let answer = try #require(
            try failure("vm web1 -> vm db1 on tcp/23 => allow", head: head))
        #expect(answer.contains("by `shop/no-telnet` (dir/shop.yaml:10, in audit mode)"))
    }

    @Test("a rule of another policy is named with its policy, and must exist")
    func namesOtherPolicies() throws {
        let guardFile =
            "policy: g\ntier: guard\nfor: any\nrules:\n"
            + "- deny any -> vm db1 on tcp/1 as stop\ndefault: pass\n"
        let test = { (rule: String) in
            "policy: x\nfor: any\ntests:\n- vm web1 -> vm db1 on tcp/1 => deny by \(rule)\n"
        }
        #expect(try compileFaults([guardFile, test("g/stop")], try shop()).isEmpty)
        #expect(
            try compileFaults([guardFile, test("g/stpo")], try shop()) == [
                "b.yaml:4:41 no rule is called `g/stpo` among the policies compiled together | "
                    + "did you mean `g/stop`?"
            ])
        #expect(
            try compileFaults([guardFile, test("default")], try shop())[0].contains(
                "denied at the sender's port by `g/stop` (a.yaml:5)"))
    }

    @Test("a policy once accepted stays so: a test that comes to fail is a warning")
    func warnsOnRecompilation() throws {
        let file = try policy(
            "policy: x\nfor: any\nrules:\n- allow any -> any until 2026-11-21\ntests:\n"
                + "- vm web1 -> vm db1 on tcp/1 => allow\n")
        let compiled = try PolicyCompiler.compile([file], try shop())
        let tomorrow = CompileTerms(
            today: PolicyDay(number: PolicyDay.ofTests.number + 1), isAccepted: true)
        let later = try PolicyCompiler.compile(compiled.files, try shop(), tomorrow)
        #expect(
            try later.answer(1, .egress, ("10.0.0.1", "10.0.0.2"), .tcp(1)) == "deny by default")
        #expect(later.warnings.contains { $0.message.contains("does not hold: tcp/1 from") })
        #expect(throws: PolicyErrors.self) {
            try PolicyCompiler.compile([file], try shop(), today: tomorrow.today)
        }
    }

    @Test("tests agree with `explain` on random policies")
    func agreesWithExplain() throws {
        for seed in 0..<150 as Range<UInt64> {
            var draw = RandomPolicy(random: SeededRandom(seed: seed))
            let universe = try draw.universe()
            let text = draw.text("p0").replacing("mode: audit\n", with: "")
            guard let compiled = try? PolicyCompiler.compile([try policy(text)], universe) else {
                continue
            }
            for _ in 0..<5 {
                let (from, to) = (draw.pick(Array(1...8)), draw.pick(Array(1...8)))
                let service = draw.pick(["tcp/80", "tcp/65535", "udp/53", "sctp/5", "proto/255"])
                guard
                    let answers = try? compiled.explain(
                        from: "vm\(from)", to: "vm\(to)", service: service)
                else { continue }
                guard from != 6, to != 6 else { continue }
                for action in ["allow", "deny", "reject"] {
                    let test = "- vm vm\(from) -> vm vm\(to) on \(service) => \(action)\n"
                    let isRight = answers.allSatisfy { "\($0.verdict.action)" == action }
                    let found = try compileFaults([text + "tests:\n" + test], universe)
                    #expect(found.isEmpty == isRight, "seed \(seed): \(test) \(found)")
                }
            }
        }
    }
}
