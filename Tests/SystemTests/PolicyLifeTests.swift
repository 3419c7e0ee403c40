import ControlAPI
import Testing

extension SystemTests {
    /// Policies over time: tried, confirmed, taken back, explained afterwards.
    @Suite struct PolicyLife {
        @Test("a policy that nobody confirms is taken back with its connections, also by kill -9")
        func takesBack() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try two.serve(80)
                try site.host.apply(policy("allow any -> any on icmp"))
                let open = try site.host.write(
                    policy("allow any -> any on tcp/80, icmp"), as: "open.yaml")
                try site.control.must(
                    "policy", "apply", open, "--allow-widening", "--confirm-within", "3")
                #expect(try one.tries("connect", two.plan.ipv4, "80") == "answered")
                site.host.kill()
                try site.host.start()
                let isBack = try waitUntil(seconds: 15) {
                    try one.tries("connect", two.plan.ipv4, "80", "0.3") == "timeout"
                }
                #expect(isBack)
                #expect(try waitUntil(seconds: 5) { try one.pings(two.plan.ipv4) })
                #expect(try site.control.run("policy", "confirm").status == 1)
            }
        }

        @Test("a confirmed policy stays, and a rollback returns to the one before")
        func confirmsAndRollsBack() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try two.serve(80)
                try site.host.apply(policy("allow any -> any on tcp/80"))
                let closed = try site.host.write(policy("deny any -> any as no"), as: "no.yaml")
                try site.control.must("policy", "apply", closed, "--confirm-within", "600")
                try site.control.must("policy", "confirm")
                #expect(try one.tries("connect", two.plan.ipv4, "80", "0.3") == "timeout")
                let history = try site.control.reply(PolicyHistory.self, "policy", "history")
                #expect(history.generations.map(\.current) == [true, false])
                let former = try #require(history.generations.last).generation
                try site.control.must("policy", "rollback", "\(former)")
                #expect(try one.tries("connect", two.plan.ipv4, "80") == "answered")
            }
        }

        @Test("apply refuses to make more possible unless that is said, and names what it would")
        func refusesWidening() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try two.serve(80)
                try site.host.apply(policy("allow any -> any on icmp"))
                let wider = try site.host.write(
                    policy("allow vm one -> vm two on tcp/80, icmp"), as: "wider.yaml")
                let refusal = try site.control.run("policy", "apply", wider)
                #expect(refusal.status == 1 && refusal.errors.contains("tcp/80"), "\(refusal)")
                #expect(refusal.errors.contains("--allow-widening"), "\(refusal)")
                #expect(try one.tries("connect", two.plan.ipv4, "80", "0.3") == "timeout")
                let diff = try site.control.must("policy", "diff", wider)
                #expect(diff.contains("+") && diff.contains("tcp/80"), "\(diff)")
                #expect(diff.contains("-") && diff.contains("icmp"), "\(diff)")
                try site.control.must("policy", "apply", wider, "--allow-widening")
                #expect(try one.tries("connect", two.plan.ipv4, "80") == "answered")
            }
        }

        @Test("a policy that breaks a promise is refused with a packet, the rule and the command")
        func refusesBrokenPromises() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try two.serve(80)
                let rules = policy("allow any -> any on tcp/80")
                let broken = try site.host.write(rules + "never:\n  - vm one -> vm two\n")
                let refusal = try site.control.run("policy", "apply", broken)
                #expect(refusal.status == 1 && refusal.errors.contains("policy.yaml:8:"))
                #expect(refusal.errors.contains("site/#1"), "\(refusal)")
                let hint = refusal.errors.split(separator: "`").map(String.init)
                let command = try #require(hint.first { $0.hasPrefix("vswctl policy explain") })
                let words = command.split(separator: " ").dropFirst().map(String.init)
                let shown = try site.control.run(words)
                #expect(shown.output.hasPrefix("allow:"), "\(command): \(shown)")
                #expect(shown.output.contains("by site/#1"), "\(command): \(shown)")
                #expect(try site.control.status().policies == 0)
                let kept = try site.host.write(rules + "never:\n  - any -> any on tcp/22\n")
                try site.control.must("policy", "apply", kept)
                #expect(try one.tries("connect", two.plan.ipv4, "80") == "answered")
            }
        }

        @Test("in audit mode everything passes, and what would be refused is logged by its rule")
        func audits() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try two.serve(80)
                let file = try site.host.write(policy("deny any -> any on tcp/80 as no-web"))
                let applied = try site.control.must("policy", "apply", file, "--audit")
                #expect("\(applied)".contains("(audit: drops nothing)"))
                #expect(try site.control.status().warnings.contains { $0.contains("audit mode") })
                #expect(try one.tries("connect", two.plan.ipv4, "80") == "answered")
                let isLogged = waitUntil(seconds: 5) {
                    site.host.log.contains("rule=site/no-web")
                }
                #expect(isLogged, "\(site.host.log.suffix(2_000))")
                let flow = try site.control.reply(FlowList.self, "flow", "list").flows.first {
                    $0.service == "tcp/80"
                }
                #expect(flow?.audited == true && flow?.rules.first?.name == "site/no-web")
                let list = try site.control.must("flow", "list")
                #expect(list.contains("allow (audit: would refuse)"), "\(list)")
                #expect(list.contains("site/no-web \(file):5"), "\(list)")
                let same = try site.control.must("policy", "diff", file, "--audit")
                #expect(same.contains("no connection changes"), "\(same)")
                let enforced = try site.control.must("policy", "diff", file)
                #expect(enforced.contains("- "), "\(enforced)")
                try site.control.must("policy", "apply", file)
                #expect(try one.tries("connect", two.plan.ipv4, "80", "0.3") == "timeout")
            }
        }

        @Test("why tells what was refused at both ends' ports, by which line, and what holds now")
        func tellsWhy() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try two.serve(80)
                try site.host.apply(policy("allow any -> any on icmp", "deny any -> any as no"))
                #expect(try one.tries("connect", two.plan.ipv4, "80", "0.3") == "timeout")
                let drop = try #require(
                    try site.control.reply(DropList.self, "why", "one").drops.first {
                        $0.service == "tcp/80"
                    })
                #expect(drop.rule?.name == "site/no" && drop.rule?.line == 6)
                #expect(drop.to?.vm == "two" && drop.now?.verdict == .deny)
                let rules = try site.control.reply(PolicyShow.self, "policy", "show", "site").rules
                #expect((rules.first { $0.name == "site/no" }?.hits ?? 0) > 0)
                let unused = try site.control.must("policy", "show", "--unused")
                #expect(unused.contains("site/#1") && !unused.contains("site/no"), "\(unused)")
                try site.host.apply(policy("allow any -> any"))
                let later = try site.control.reply(DropList.self, "why", "one").drops.first {
                    $0.service == "tcp/80"
                }
                #expect(later?.rule?.name == "site/no" && later?.now?.verdict == .allow)
                try site.host.apply(policy("deny any -> any as other"))
                try site.host.apply(policy("allow any -> any as all"))
                let text = try site.control.must("why", "one")
                #expect(text.contains("policy.yaml:6"), "\(text)")
                #expect(text.contains("site/no ") && text.contains("allow by site/all "), "\(text)")
                #expect(text.contains("  \(drop.generation)  site/no "), "\(text)")
            }
        }

        @Test("a limit lets through so many new connections a second, and no more")
        func limits() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try two.serve(80)
                try site.host.apply(policy("allow any -> any on tcp/80 limit 1/s"))
                var answered = 0
                let duration = try ContinuousClock().measure {
                    for _ in 0..<8 {
                        let result = try one.tries("connect", two.plan.ipv4, "80", "0.1")
                        answered += result == "answered" ? 1 : 0
                    }
                }
                let granted = duration.components.seconds + 2  // one in stock, and a second begun
                #expect(answered >= 1 && answered <= granted, "\(answered) in \(duration)")
                let dropped = try site.control.counters("one").dropped
                #expect(dropped["policy_limit", default: 0] > 0, "\(dropped)")
            }
        }
    }
}
