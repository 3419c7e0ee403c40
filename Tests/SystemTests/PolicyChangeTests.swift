import ControlAPI
import Testing

extension SystemTests {
    @Suite struct PolicyChange {
        @Test(
            "a new policy cuts an established connection at its next frame",
            arguments: Family.allCases)
        func cutsTheEstablished(family: Family) throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try two.serve(80, 81)
                try site.host.apply(policy("allow any -> any on tcp"))
                let doomed = try one.session(two.plan.address(family), 80)
                let spared = try one.session(two.plan.address(family), 81)
                #expect(try doomed.opens() == "open" && spared.opens() == "open")
                #expect(try doomed.exchange() == "answered" && spared.exchange() == "answered")
                try site.host.apply(policy("allow any -> any on tcp/81"))
                #expect(try doomed.exchange() == "timeout")
                #expect(try spared.exchange() == "answered")
                #expect(try site.control.counters("one").dropped["policy_revoked", default: 0] > 0)
            }
        }

        @Test("a policy that allows more binds at once")
        func widens() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try two.serve(80)
                try site.host.apply(policy("allow any -> any on icmp"))
                #expect(try one.tries("connect", two.plan.ipv4, "80", "0.5") == "timeout")
                try site.host.apply(policy("allow any -> any on icmp, tcp/80"))
                #expect(try one.tries("connect", two.plan.ipv4, "80") == "answered")
            }
        }

        @Test("a policy with an error changes nothing")
        func allOrNothing() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try two.serve(80)
                try site.host.apply(policy("allow any -> any on tcp/80"))
                let before = try site.control.status().generation
                let good = try site.host.write(policy("deny any -> any"), as: "good.yaml")
                let bad = try site.host.write(policy("allow nobody -> any"), as: "bad.yaml")
                #expect(try site.control.run("policy", "apply", good, bad).status == 1)
                #expect(try site.control.status().generation == before)
                #expect(try one.tries("connect", two.plan.ipv4, "80") == "answered")
            }
        }

        @Test("live connections are listed with their rules, denied ones with their reason")
        func flowsAreListed() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try two.serve(80)
                try site.host.apply(
                    policy("allow any -> any on tcp/80 as web", "deny any -> any log"))
                let session = try one.session(two.plan.ipv4, 80)
                #expect(try session.opens() == "open" && session.exchange() == "answered")
                #expect(try one.tries("connect", two.plan.ipv4, "22", "0.3") == "timeout")
                var flows: [Flow] = []
                let isListed = try waitUntil(seconds: 5) {
                    flows = try site.control.reply(FlowList.self, "flow", "list").flows
                    return Set(flows.map(\.verdict)).isSuperset(of: [.allow, .deny])
                }
                #expect(isListed, "\(flows)")
                let live = flows.first { $0.service == "tcp/80" }
                #expect(live?.rules.map(\.name).contains("site/web") == true)
                #expect(live?.from.vm == "one" && live?.to.vm == "two")
            }
        }
    }
}
