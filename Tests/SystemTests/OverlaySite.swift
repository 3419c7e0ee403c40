import ControlAPI
import Foundation
import Testing

/// Two hosts on a wire with a guest each: `one` on hv1, `two` on hv2.
final class OverlaySite {
    let wire: Wire
    let hosts: [Host]
    private(set) var guests: [Guest] = []
    /// The key that both hosts share beside their own, if they do.
    private(set) var presharedKey: String?

    static let rules = policy(
        "allow any -> any on tcp/80, tcp/5201, udp/53, udp/5201, icmp/echo, icmpv6/echo")

    private init(_ wire: Wire) throws {
        self.wire = wire
        hosts = [try Host("hv1"), try Host("hv2")]
        for (number, host) in zip(1..., hosts) { host.configuration = configuration(number) }
        try wire.connect(hosts[0].namespace, hosts[1].namespace)
    }

    /// Plays a scenario, and holds at its end what holds after every scenario, on both hosts.
    static func run(_ wire: Wire = Wire(), _ scenario: (OverlaySite) throws -> Void) throws {
        let site = try OverlaySite(wire)
        defer { site.remove() }
        do {
            try site.begin()
            try scenario(site)
        } catch {
            let logs = site.hosts.map { $0.log.suffix(4_000) }.joined(separator: "\n---\n")
            Issue.record("\(error)\nthe daemons' logs:\n\(logs)")
        }
        for host in site.hosts {
            let isBalanced = try waitUntil(seconds: 2) { try host.control.counters().balanced }
            let counters = try host.control.run("counters")
            #expect(isBalanced, "\(host.name): \(counters)")
            host.stop()
        }
    }

    var one: Guest { guests[0] }
    var two: Guest { guests[1] }

    /// Keys, directory, guests, policy: everything up to the first frame.
    private func begin() throws {
        for host in hosts {
            try host.start()
            try host.control.must("overlay", "keygen")
        }
        try applyDirectory(try directory())
        for (host, plan) in zip(hosts, plans) {
            let guest = try Guest(plan)
            guests.append(guest)
            try host.control.must([
                "port", "attach", plan.name, "--vm", plan.name, "--netns", guest.namespace.name,
                "--mac", plan.mac, "--ip", plan.ipv4, "--ip", plan.ipv6,
            ])
            try guest.configure()
            try guest.namespace.ip("link set \(plan.name) mtu \(min(wire.guestMTU, 1_500))")
            try host.apply(Self.rules)
        }
    }

    let plans = [GuestPlan(name: "one", number: 1), GuestPlan(name: "two", number: 2)]

    private func configuration(_ number: Int) -> String {
        """
        name: hv\(number)
        overlay:
          listen: "\(wire.endpoint(number))"
          address: 10.98.0.\(number)
          underlay-mtu: \(wire.mtu)

        """
    }

    /// The directory of both hosts; `change` edits its text.
    func directory(_ change: (inout String) -> Void = { _ in }) throws -> String {
        var text = "hosts:\n"
        for (index, host) in hosts.enumerated() {
            let key = try host.control.must("overlay", "pubkey")
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let plan = plans[index]
            text += """
                  \(host.name):
                    public-key: \(key)
                    endpoint: "\(wire.endpoint(index + 1))"
                    address: 10.98.0.\(index + 1)
                    vms:
                      \(plan.directoryEntry)

                """
        }
        change(&text)
        return text
    }

    /// Gives both hosts this directory.
    func applyDirectory(_ text: String) throws {
        for host in hosts {
            try host.control.must(
                "directory", "apply", try host.write(text, as: "directory.yaml"))
        }
    }

    /// What the overlay's port of host `index` dropped, by reason.
    func overlayDrops(_ index: Int) throws -> [String: UInt64] {
        let ports = try hosts[index].control.counters().ports
        return try #require(ports.first { $0.device == "overlay" }).counters.dropped
    }

    private func remove() {
        for host in hosts { host.remove() }
        for guest in guests { guest.remove() }
    }
}
