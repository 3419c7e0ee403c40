import ControlAPI
import Testing

extension SystemTests {
    @Suite struct Networks {
        @Test("two networks with the same addresses never hear each other")
        func networksAreIsolated() throws {
            try Site.run { site in
                try site.control.must("network", "add", "red", "--vni", "66")
                let (one, two) = try site.addPair()
                let redOne = try site.add(GuestPlan(name: "red1", number: 1, network: "red"))
                let redTwo = try site.add(GuestPlan(name: "red2", number: 2, network: "red"))
                try site.host.apply(policy("allow any -> any on icmp, udp/7, tcp/80"))
                try two.serve(80)
                let watches = try [redOne, redTwo].map { try $0.watch([one.plan, two.plan]) }
                try one.inject(
                    ["honest-ipv4", "honest-broadcast", "honest-multicast4"], toward: two.plan)
                #expect(try one.pings(two.plan.ipv4))
                for watch in watches { #expect(try watch.counts().isEmpty) }
                #expect(try redOne.pings(redTwo.plan.ipv4))
                #expect(try redOne.tries("connect", two.plan.ipv4, "80") == "refused")
                #expect(try one.tries("connect", two.plan.ipv4, "80") == "answered")
            }
        }

        @Test("broadcast and multicast reach every port of the network, once")
        func multicastReachesAll() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                let three = try site.add(GuestPlan(name: "three", number: 3))
                try site.host.apply(policy("allow any -> any on udp/7"))
                let plans = [one, two, three].map(\.plan)
                let watches = try [one, two, three].map { try $0.watch(plans) }
                let names = ["honest-broadcast", "honest-multicast4", "honest-multicast6"]
                try one.inject(names, toward: two.plan)
                let counts = try watches.map { try $0.counts() }
                for name in names {
                    #expect(counts.map { $0[name, default: 0] } == [0, 1, 1], "\(name)")
                }
                let sender = try site.control.counters("one")
                #expect(sender.replicatedFrames >= 3)
            }
        }

        @Test("a frame to an address that no port has is dropped, not flooded")
        func unknownUnicast() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                let three = try site.add(GuestPlan(name: "three", number: 3))
                try site.host.apply(policy("allow any -> any"))
                let watch = try three.watch([one.plan, two.plan])
                try one.inject(["unknown-unicast"], toward: two.plan, count: 5)
                #expect(try watch.counts()["unknown-unicast"] == nil)
                let dropped = try site.control.counters("one").dropped
                #expect(dropped["unknown_destination"] == 5)
            }
        }

        @Test(
            "jumbo frames pass in a network with a jumbo MTU, and no further",
            arguments: Family.allCases)
        func jumbo(family: Family) throws {
            try Site.run { site in
                try site.control.must("network", "add", "big", "--vni", "9", "--mtu", "9000")
                let (one, two) = try site.addPair { $0.network = "big" }
                try site.host.apply(policy("allow any -> any"))
                try two.serve(5201)
                let there = two.plan.address(family)
                let headers = family == .ipv4 ? 28 : 48
                #expect(try one.pings(there, bytes: 9_000 - headers))
                #expect(try !one.pings(there, bytes: 9_001 - headers))
                #expect(try one.tries("transfer", there, "5201", "20000000") == "intact")
                #expect(try site.control.ports().map(\.mtu) == [9_000, 9_000])
            }
        }
    }
}
