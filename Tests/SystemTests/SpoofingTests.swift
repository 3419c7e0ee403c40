import Testing

extension SystemTests {
    @Suite struct Spoofing {
        /// What a guest may not say, and under which reason it is dropped.
        static let lies: [(frame: String, reason: String)] = [
            ("mac", "spoofed_mac"), ("mac-of-peer", "spoofed_mac"), ("mac-multicast", "source_mac"),
            ("ipv4", "spoofed_ip"), ("ipv4-of-peer", "spoofed_ip"),
            ("ipv6", "spoofed_ip"), ("ipv6-of-peer", "spoofed_ip"),
            ("arp-mac", "spoofed_arp"), ("arp-ip", "spoofed_arp"),
            ("arp-ip-of-peer", "spoofed_arp"), ("arp-truncated", "arp"),
            ("nd-target", "spoofed_nd"), ("nd-link-address", "spoofed_nd"),
            ("nd-source", "spoofed_ip"),
            ("router", "rogue_router"), ("redirect", "rogue_router"),
            ("dhcp-server", "rogue_dhcp"), ("dhcpv6-server", "rogue_dhcp"),
            ("vlan", "vlan_tagged"), ("vlan-service", "vlan_tagged"), ("lldp", "ether_type"),
            ("ipv4-checksum", "ipv4_header"), ("ipv4-overlong", "ipv4_header"),
            ("ipv4-source-route", "ipv4_header"),
        ]

        @Test(
            "no lie arrives, from either kind of port, and each is counted under its reason",
            arguments: [GuestPlan.Mode.tap, .netdev])
        func liesAreDropped(mode: GuestPlan.Mode) throws {
            try Site.run { site in
                let (liar, victim) = try site.addPair { $0.mode = mode }
                let third = try site.add(GuestPlan(name: "three", number: 3))
                try site.host.apply(policy("allow any -> any"))
                let plans = [liar, victim, third].map(\.plan)
                let watches = try [victim, third].map { try $0.watch(plans) }
                try liar.inject(["honest-ipv4", "honest-ipv6"], toward: victim.plan)
                for lie in Self.lies { try expectDrop(lie, from: liar, toward: victim, on: site) }
                let counts = try watches.map { try $0.counts() }
                #expect(counts[0] == ["honest-ipv4": 1, "honest-ipv6": 1], "seen by the victim")
                #expect(counts[1].isEmpty, "seen by the third: \(counts[1])")
                #expect(try liar.pings(victim.plan.ipv4), "the port still works")
            }
        }

        private func expectDrop(
            _ lie: (frame: String, reason: String), from liar: Guest, toward victim: Guest,
            on site: Site
        ) throws {
            let device = liar.plan.name
            let before = try site.control.counters(device).dropped[lie.reason, default: 0]
            try liar.inject([lie.frame], toward: victim.plan, count: 3)
            var after = before
            let isCounted = try waitUntil(seconds: 2) {
                after = try site.control.counters(device).dropped[lie.reason, default: 0]
                return after >= before + 3
            }
            #expect(isCounted, "\(lie.frame): \(lie.reason) went from \(before) to \(after)")
        }

        @Test("a port without addresses sends no IP, one with any sends all")
        func boundAddresses() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try site.host.apply(policy("allow any -> any"))
                try site.control.must("port", "detach", "one")
                for (ip, mark) in [([], nil), (["--ip", "any"], 1)] as [([String], Int?)] {
                    let name = one.namespace.name
                    try site.control.must(
                        ["port", "attach", "one", "--vm", "one", "--netns", name] + ip
                            + ["--mac", one.plan.mac])
                    try one.configure()
                    let watch = try two.watch([one.plan])
                    try one.inject(["honest-ipv4"], toward: two.plan)
                    #expect(try watch.counts()["honest-ipv4"] == mark, "\(ip)")
                    try site.control.must("port", "detach", "one")
                }
            }
        }
    }
}
