import Testing

extension SystemTests {
    @Suite struct Connectivity {
        /// What guest `one` may do with `two`, and the other way round not.
        private let rules = policy(
            "allow vm one -> vm two on tcp/80, udp/53, icmp/echo, icmpv6/echo",
            "reject vm one -> vm two on tcp/81")

        @Test(
            "allowed services pass one way, everything else is dropped", arguments: Family.allCases)
        func allowedOneWay(family: Family) throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try site.host.apply(rules)
                for guest in [one, two] { try guest.serve(80, 53, 22) }
                let (there, back) = (two.plan.address(family), one.plan.address(family))
                #expect(try one.tries("connect", there, "80") == "answered")
                #expect(try one.tries("datagram", there, "53") == "answered")
                #expect(try one.pings(there))
                #expect(try one.tries("connect", there, "22", "0.7") == "timeout")
                #expect(try one.tries("datagram", there, "80", "0.7") == "timeout")
                #expect(try two.tries("connect", back, "80", "0.7") == "timeout")
                #expect(try two.tries("datagram", back, "53", "0.7") == "timeout")
                #expect(try !two.pings(back))
                let counters = try site.control.counters()
                #expect(counters.total.dropped["denied_by_policy", default: 0] >= 5)
            }
        }

        @Test("without a policy nothing passes, and the ports say that they are closed")
        func closedWithoutPolicy() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                #expect(try !one.pings(two.plan.ipv4))
                #expect(try !two.pings(one.plan.ipv6))
                #expect(try site.control.ports().map(\.state) == [.closed, .closed])
                let counters = try site.control.counters()
                #expect(counters.total.transmittedFrames + counters.total.replicatedFrames == 0)
                #expect(counters.total.dropped["port_closed", default: 0] > 0)
            }
        }

        @Test("deny is silent, reject answers at once", arguments: Family.allCases)
        func denyAndReject(family: Family) throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try site.host.apply(
                    policy(
                        "deny any -> vm two on tcp/80, udp/80", "reject any -> vm two on tcp, udp"))
                try two.serve(80, 81)
                let there = two.plan.address(family)
                let prohibited = family == .ipv4 ? "unreachable" : "prohibited"
                #expect(try one.tries("connect", there, "80", "0.7") == "timeout")
                #expect(try one.tries("datagram", there, "80", "0.7") == "timeout")
                #expect(try one.tries("connect", there, "81") == "refused")
                #expect(try one.tries("datagram", there, "81") == prohibited)
                let counters = try site.control.counters()
                #expect(counters.total.dropped["rejected_by_policy", default: 0] >= 2)
                #expect(counters.total.transmittedReplies >= 2)
            }
        }

        @Test(
            "an ICMP error about an allowed connection reaches its sender",
            arguments: Family.allCases)
        func relatedErrors(family: Family) throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try site.host.apply(policy("allow vm one -> vm two on udp/9"))
                #expect(try one.tries("datagram", two.plan.address(family), "9") == "refused")
            }
        }

        @Test("explain tells the verdict, the rule and its place")
        func explain() throws {
            try Site.run { site in
                _ = try site.addPair()
                try site.host.apply(rules)
                let denied = try site.control.must("policy", "explain", "two", "one", "tcp/80")
                #expect(denied.contains("deny") && denied.contains("policy.yaml:7"))
                let allowed = try site.control.must("policy", "explain", "one", "two", "udp/53")
                #expect(allowed.contains("allow") && allowed.contains("policy.yaml:5"))
            }
        }
    }
}
