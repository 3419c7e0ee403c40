import ControlAPI
import Foundation
import Testing

extension SystemTests {
    /// What hosts say to each other themselves: live migration, storage, cluster heartbeats.
    @Suite struct HostTraffic {
        static let infrastructure = """
            policy: infrastructure
            tier: platform
            for: label has vswitch/host
            rules:
              - allow label has vswitch/host -> label has vswitch/host on tcp/49152-49215, icmp/echo
            default: deny

            """

        static let guestsOnly =
            "policy: guests\nfor: vm one\nrules:\n  - allow any -> any on icmp\n"

        @Test(
            "hosts reach each other over the overlay as a policy says, and no more",
            arguments: [Wire(), Wire(family: .ipv6), Wire(mtu: 9_000)])
        func isJudged(wire: Wire) throws {
            try OverlaySite.run(wire) { site in
                let (first, second) = (site.hosts[0], site.hosts[1])
                for host in site.hosts { try host.apply(Self.guestsOnly) }
                #expect(try !first.pings("10.98.0.2"), "closed until a policy governs it")
                for host in site.hosts { try apply(Self.infrastructure, to: host) }
                #expect(try first.reaches("10.98.0.2"))
                #expect(try second.reaches("10.98.0.1"))
                try second.serve(49_152, 22)
                #expect(try first.tries("connect", "10.98.0.2", "49152", "3") == "answered")
                #expect(try first.tries("connect", "10.98.0.2", "22", "0.7") == "timeout")
                let word = try first.tries("transfer", "10.98.0.2", "49152", "50000000")
                #expect(word == "intact")
                #expect(try site.one.reaches(site.two.plan.ipv4), "guests go on")
            }
        }

        @Test("what protect-host prints keeps the hosts' services off the physical network")
        func isProtected() throws {
            try OverlaySite.run { site in
                let (first, second) = (site.hosts[0], site.hosts[1])
                for host in site.hosts { try apply(Self.infrastructure, to: host) }
                try second.serve(49_152)
                let clear = site.wire.address(2)
                #expect(try first.tries("connect", clear, "49152", "3") == "answered")
                let rules = try first.control.must("overlay", "protect-host")
                try first.namespace.must("nft -f \(try first.write(rules, as: "protect.nft"))")
                #expect(try first.tries("connect", clear, "49152", "0.7") != "answered")
                #expect(try first.tries("connect", "10.98.0.2", "49152", "3") == "answered")
            }
        }

        /// Applies `text` beside the rules of the guests.
        private func apply(_ text: String, to host: Host) throws {
            let guests = try host.write(OverlaySite.rules, as: "guests.yaml")
            let hosts = try host.write(text, as: "infrastructure.yaml")
            try host.control.must("policy", "apply", "--allow-widening", guests, hosts)
        }
    }
}
