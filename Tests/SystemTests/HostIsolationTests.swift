import Testing

extension SystemTests {
    /// The host's own stack and the guest of a `netdev` port, which shares its device, never meet.
    @Suite struct HostIsolation {
        @Test("the host neither sees nor answers the guest, also when the daemon is dead")
        func hostIsCutOff() throws {
            try Site.run { site in
                let guest = try Guest(GuestPlan(name: "one", number: 1, mode: .netdev))
                defer { guest.remove() }
                let host = site.host.namespace
                try prepare(guest, on: host)
                #expect(try guest.pings("10.66.0.99"), "without the switch the host answers")
                #expect(try guest.pings("198.51.100.1"), "and forwards")
                try site.control.must(site.attachment(of: guest))
                try site.host.apply(policy("allow any -> any"))
                try expectSilence(guest, host)
                site.host.kill()
                try expectSilence(guest, host)
                try site.host.start()
                try expectSilence(guest, host)
                try site.control.must("port", "detach", "one")
                #expect(try host.must("tc filter show dev one ingress").isEmpty, "cleaned up")
                #expect(try host.must("tc filter show dev one egress").isEmpty, "cleaned up")
            }
        }

        /// A host that has an address on the very device, and forwards.
        private func prepare(_ guest: Guest, on host: NetworkNamespace) throws {
            try host.must(
                """
                sysctl -qw net.ipv4.ip_forward=1
                ip addr add 198.51.100.1/32 dev lo
                ip link add one type veth peer name eth0 \
                    address \(guest.plan.mac) netns \(guest.namespace.name)
                ip addr add 10.66.0.99/24 dev one
                ip addr add fd66::99/64 dev one nodad
                ip link set one up
                """)
            try guest.configure()
            try guest.namespace.ip("route add default via 10.66.0.99")
        }

        private func expectSilence(_ guest: Guest, _ host: NetworkNamespace) throws {
            try guest.namespace.ip("neigh flush all")
            let watch = try guest.watch([])
            #expect(try !guest.pings("10.66.0.99"))
            #expect(try !guest.pings("fd66::99"))
            let permanent =
                "neigh replace 10.66.0.99 lladdr $(cat /sys/class/net/lo/address) dev eth0"
            _ = try? guest.namespace.ip(permanent)
            #expect(try !guest.pings("198.51.100.1"))
            _ = try host.run("ping", "-c", "1", "-W", "1", guest.plan.ipv4)
            _ = try host.run("ping", "-c", "1", "-W", "1", guest.plan.ipv6)
            #expect(try watch.counts().isEmpty, "not one frame of the host reaches the guest")
        }
    }
}
