import ControlAPI
import Foundation
import Testing

extension SystemTests {
    @Suite struct Restart {
        @Test("kill -9, three times over: nothing passes meanwhile, and all comes back")
        func survivesKills() throws {
            try Site.run { site in
                try site.control.must("network", "add", "blue", "--vni", "7")
                let (one, two) = try site.addPair { $0.network = "blue" }
                let three = try site.add(
                    GuestPlan(name: "three", number: 3, network: "blue", mode: .netdev))
                try site.host.apply(policy("allow any -> any on icmp, tcp/80"))
                try two.serve(80, 81)
                let (ports, networks) = try (site.control.ports(), site.control.networks())
                for round in 1...3 {
                    #expect(try one.pings(two.plan.ipv4), "before kill \(round)")
                    site.host.kill()
                    #expect(try !one.pings(two.plan.ipv4), "while down, \(round)")
                    #expect(try !three.pings(two.plan.ipv4), "while down, \(round)")
                    try site.host.start()
                    #expect(try waitUntil(seconds: 5) { try one.pings(two.plan.ipv4) })
                    #expect(try three.tries("connect", two.plan.ipv4, "80") == "answered")
                    #expect(try one.tries("connect", two.plan.ipv4, "81", "0.5") == "timeout")
                    #expect(try identities(site.control.ports()) == identities(ports))
                    #expect(try site.control.networks() == networks)
                }
            }
        }

        private func identities(_ ports: [ControlAPI.Port]) -> [String] {
            ports.map { "\($0.device) \($0.vm ?? "-") \($0.network) \($0.mac ?? "-") \($0.ip)" }
                .sorted()
        }

        @Test("a change that a kill -9 interrupts is done or undone, never half")
        func halfDoneAttach() throws {
            try Site.run { site in
                let one = try site.add(GuestPlan(name: "one", number: 1))
                try site.host.apply(policy("allow any -> any"))
                for delay in [0, 2, 5, 10, 20, 40] as [UInt32] {
                    let two = try Guest(GuestPlan(name: "two", number: 2))
                    defer { two.remove() }
                    let attach = try Background(
                        [VSwctl.program] + site.attachment(of: two),
                        environment: site.control.environment)
                    usleep(delay * 1_000)
                    site.host.kill()
                    _ = attach.end(seconds: 5)
                    try site.host.start()
                    try expectWhole(two, beside: one, on: site)
                }
            }
        }

        /// The port is there and works, or is not there and left no device.
        private func expectWhole(_ two: Guest, beside one: Guest, on site: Site) throws {
            let isListed = try site.control.ports().contains { $0.device == "two" }
            #expect(two.namespace.hasDevice("two") == isListed)
            #expect(!site.host.namespace.hasDevice("two"))
            if !isListed { try site.control.must(site.attachment(of: two)) }
            try two.configure()
            #expect(try waitUntil(seconds: 3) { try one.pings(two.plan.ipv4) })
            try site.control.must("port", "detach", "two")
            #expect(!two.namespace.hasDevice("two"))
        }

        @Test("a detached port takes its device along, and its name is free again")
        func detach() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try site.host.apply(policy("allow any -> any"))
                for _ in 1...3 {
                    #expect(try one.pings(two.plan.ipv4))
                    try site.control.must("port", "detach", "two")
                    #expect(!two.namespace.hasDevice("two"))
                    #expect(try !one.pings(two.plan.ipv4))
                    try site.control.must(site.attachment(of: two))
                    try two.configure()
                }
            }
        }

        @Test("two daemons on one machine do not meet")
        func sideBySide() throws {
            try Site.run { here in
                try Site.run { there in
                    let (one, two) = try (here.addPair().0, there.addPair().1)
                    for site in [here, there] { try site.host.apply(policy("allow any -> any")) }
                    let watch = try two.watch([])
                    #expect(try one.pings("10.66.0.2"))
                    try one.inject(["honest-ipv4"], toward: here.guests[1].plan)
                    #expect(try watch.counts()["honest-ipv4"] == nil)
                    here.host.kill()
                    #expect(try there.guests[0].pings("10.66.0.2"))
                    try here.host.start()
                }
            }
        }
    }
}
