import ControlAPI
import Foundation
import Testing

/// A host with the switch and the guests on it: the stage of a scenario.
final class Site {
    let host: Host
    private(set) var guests: [Guest] = []

    private init(_ host: Host) { self.host = host }

    /// Plays a scenario on a fresh host, and holds at its end what holds after every scenario.
    static func run(_ scenario: (Site) throws -> Void) throws {
        try run(on: Host(), scenario)
    }

    /// The same on a host that was made ready before its daemon starts.
    static func run(on host: Host, _ scenario: (Site) throws -> Void) throws {
        let site = Site(host)
        defer { site.remove() }
        do {
            try host.start()
            try scenario(site)
        } catch {
            Issue.record("\(error)\nthe daemon's log:\n\(site.host.log.suffix(6_000))")
        }
        try site.expectConservation()
        site.host.stop()
    }

    var control: VSwctl { host.control }

    /// Every received frame was transmitted, replicated, or dropped with one reason.
    func expectConservation() throws {
        let isBalanced = try waitUntil(seconds: 2) { try control.counters().balanced }
        let counters = try control.run("counters")
        #expect(isBalanced, "\(counters)")
        #expect(try control.status().pressure.batches > 0 || guests.isEmpty)
    }

    /// Attaches a guest and configures its device.
    @discardableResult
    func add(_ plan: GuestPlan) throws -> Guest {
        let guest = try Guest(plan)
        guests.append(guest)
        if plan.mode == .netdev { try makePair(for: guest) }
        try control.must(attachment(of: guest))
        try guest.configure()
        return guest
    }

    /// Two guests, `one` and `two`, numbered 1 and 2.
    func addPair(_ change: (inout GuestPlan) -> Void = { _ in }) throws -> (Guest, Guest) {
        var one = GuestPlan(name: "one", number: 1)
        var two = GuestPlan(name: "two", number: 2)
        change(&one)
        change(&two)
        return (try add(one), try add(two))
    }

    /// The command that attaches a guest's port.
    func attachment(of guest: Guest) -> [String] {
        let plan = guest.plan
        var words = ["port", "attach", plan.name, "--vm", plan.name, "--mode", plan.mode.rawValue]
        words += ["--network", plan.network, "--mac", plan.mac]
        words += ["--ip", plan.ipv4, "--ip", plan.ipv6]
        if plan.mode == .tap { words += ["--netns", guest.namespace.name] }
        return words + plan.labels.flatMap { ["--label", $0] }
    }

    /// The host's end has the port's name, the guest's end is its `eth0`.
    private func makePair(for guest: Guest) throws {
        let plan = guest.plan
        try host.namespace.ip(
            "link add \(plan.name) mtu \(plan.mtu) type veth peer name eth0 mtu \(plan.mtu) "
                + "address \(plan.mac) netns \(guest.namespace.name)")
    }

    func remove() {
        host.remove()
        for guest in guests { guest.remove() }
    }
}

/// A policy of one file for every VM, with these rules.
func policy(_ rules: String...) -> String {
    "policy: site\ntier: app\nfor: any\nrules:\n" + rules.map { "  - \($0)\n" }.joined()
        + "default: deny\n"
}
