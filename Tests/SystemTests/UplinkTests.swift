import ControlAPI
import Foundation
import Testing

extension SystemTests {
    /// A router with a DHCP server behind an uplink, and 'the internet' on its loopback.
    @Suite struct Uplink {
        @Test("a guest gets its address by DHCP and reaches the internet as its policy says")
        func reachesTheInternet() throws {
            try Site.run { site in
                let guest = try site.add(GuestPlan(name: "one", number: 1))
                let router = try router(on: site)
                defer { router.remove() }
                try site.host.apply(
                    policy(
                        "allow vm one -> cidr 198.51.100.1/32 on icmp, tcp/80",
                        "allow cidr 198.51.100.0/24 -> vm one on tcp/22"))
                try lease(guest, from: router)
                let server = try serve(on: router)
                defer { server.kill() }
                try guest.serve(22, 80)
                #expect(try guest.pings("198.51.100.1"))
                #expect(try guest.tries("connect", "198.51.100.1", "80") == "answered")
                #expect(try guest.tries("connect", "198.51.100.1", "81", "0.5") == "timeout")
                #expect(try guest.tries("connect", "198.51.100.2", "80", "0.5") == "timeout")
                #expect(try reach(router, "198.51.100.1", 22) == "answered")
                #expect(try reach(router, "198.51.100.1", 80) == "timeout")
                #expect(try reach(router, "10.66.0.254", 22) == "timeout")
            }
        }

        @Test("guests reach each other and the outside under the same policy, with offloads on")
        func transferOutside() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                let router = try router(on: site)
                defer { router.remove() }
                try site.host.apply(policy("allow any -> any"))
                let server = try serve(on: router)
                defer { server.kill() }
                try two.serve(80)
                for address in ["10.66.0.254", two.plan.ipv4] {
                    #expect(try one.tries("transfer", address, "80", "50000000") == "intact")
                }
            }
        }

        @Test("a flood of outside addresses fills the learning table to its cap and no further")
        func learningIsCapped() throws {
            try Site.run { site in
                let guest = try site.add(GuestPlan(name: "one", number: 1))
                let router = try router(on: site)
                defer { router.remove() }
                try site.host.apply(policy("allow any -> any"))
                #expect(try guest.pings("10.66.0.254"))
                try router.must("\(TrafficTools.path)/frames.py flood eth0 20000")
                #expect(try guest.pings("10.66.0.254"), "an address in use stays reachable")
                let uplink = try site.control.ports().first { $0.uplink }
                #expect(uplink?.state == .open)
            }
        }

        private func router(on site: Site) throws -> NetworkNamespace {
            let router = try NetworkNamespace("router")
            try site.host.namespace.ip("link add up0 type veth peer name eth0 netns \(router.name)")
            try router.must(
                """
                ip addr add 10.66.0.254/24 dev eth0
                ip addr add 198.51.100.1/32 dev lo
                ip addr add 198.51.100.2/32 dev lo
                ip link set eth0 up
                """)
            try site.control.must("port", "attach", "up0", "--uplink", "--network", "default")
            return router
        }

        /// The guest drops its configured address and asks for one.
        private func lease(_ guest: Guest, from router: NetworkNamespace) throws {
            let file = Shell.scratch.appending(path: router.name + ".leases").path
            let server = try router.start([
                "dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--interface=eth0", "--port=0",
                "--bind-interfaces", "--dhcp-authoritative", "--dhcp-leasefile=\(file)",
                "--dhcp-range=10.66.0.100,10.66.0.199,255.255.255.0,1h", "--user=root",
                "--dhcp-host=\(guest.plan.mac),\(guest.plan.ipv4)", "--no-ping",
                "--dhcp-option=option:router,10.66.0.254", "--pid-file=",
            ])
            defer { server.kill() }
            #expect(waitUntil(seconds: 5) { server.errors.contains("DHCP") }, "\(server.errors)")
            try guest.namespace.ip("addr flush dev \(guest.device) scope global")
            let client = try guest.namespace.run(
                "busybox", "udhcpc", "-i", guest.device, "-n", "-q", "-f", "-t", "5", "-T", "1",
                "-s", TrafficTools.path + "/lease.sh")
            #expect(
                client.output.contains("bound \(guest.plan.ipv4)"), "\(client) \(server.errors)")
        }

        private func serve(on router: NetworkNamespace) throws -> Background {
            let server = try router.start([TrafficTools.path + "/traffic.py", "serve", "80", "81"])
            _ = try server.lines(1)
            return server
        }

        /// What the router gets when it opens a connection to the guest from one of its addresses.
        private func reach(_ router: NetworkNamespace, _ source: String, _ port: Int) throws
            -> String
        {
            try router.must("ip route replace 10.66.0.1/32 dev eth0 src \(source)")
            let result = try router.run(
                TrafficTools.path + "/traffic.py", "connect", "10.66.0.1", "\(port)", "0.7")
            return result.lines.last ?? result.description
        }
    }
}
