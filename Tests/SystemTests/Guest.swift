import Foundation
import Testing

/// What a guest is to be: its number gives its addresses, unless they are named.
struct GuestPlan {
    var name: String
    var number: Int
    var network = "default"
    /// Whether the switch owns the device, or attaches to the host's end of a veth pair.
    var mode = Mode.tap
    var mtu = 1500
    /// `key=value`
    var labels: [String] = []

    enum Mode: String { case tap, netdev }

    var mac: String { "02:66:00:00:00:" + String(format: "%02x", number) }
    var ipv4: String { "10.66.0.\(number)" }
    var ipv6: String { "fd66::\(String(number, radix: 16))" }
    /// As `Tests/traffic/frames.py` reads it.
    var identity: String { "\(mac)/\(ipv4)/\(ipv6)" }

    /// The line of a directory that places this VM on a host.
    var directoryEntry: String {
        "\(name): {network: default, mac: \"\(mac)\", ip: [\(ipv4), \"\(ipv6)\"]}"
    }

    func address(_ family: Family) -> String { family == .ipv4 ? ipv4 : ipv6 }
}

/// The two IP versions, to say a scenario once for both.
enum Family: CaseIterable { case ipv4, ipv6 }

/// A VM: a network namespace with one device, which a port of the switch serves.
final class Guest: Station {
    let plan: GuestPlan
    let namespace: NetworkNamespace
    var servers: [Background] = []

    init(_ plan: GuestPlan) throws {
        self.plan = plan
        namespace = try NetworkNamespace(plan.name)
    }

    /// The guest's own device; on a TAP it has the port's name.
    var device: String { plan.mode == .tap ? plan.name : "eth0" }

    /// Gives the device its addresses and brings it up.
    func configure() throws {
        try namespace.must(
            """
            sysctl -qw net.ipv6.conf.\(device).accept_dad=0
            ip addr replace \(plan.ipv4)/24 dev \(device)
            ip addr replace \(plan.ipv6)/64 dev \(device) nodad
            ip link set \(device) up
            """)
    }

    /// An open TCP connection; `exchange` moves a line over it and back.
    func session(_ address: String, _ port: Int) throws -> Session {
        Session(
            try namespace.start([TrafficTools.path + "/traffic.py", "session", address, "\(port)"]))
    }

    /// Sends frames that no honest guest sends; see `Tests/traffic/frames.py`.
    func inject(_ names: [String], toward peer: GuestPlan, count: Int = 1) throws {
        try namespace.must(
            "\(TrafficTools.path)/frames.py inject \(device) \(plan.identity) \(peer.identity) "
                + "\(count) \(names.joined(separator: " "))")
    }

    /// Watches what arrives, judging it by what is true about `plans`.
    func watch(_ plans: [GuestPlan]) throws -> Watch {
        let eye = try namespace.start(
            [TrafficTools.path + "/frames.py", "watch", device] + plans.map(\.identity))
        _ = try eye.lines(1)
        return Watch(eye: eye)
    }

    func remove() {
        servers.removeAll()
        namespace.remove()
    }
}

/// A TCP connection that stays open between exchanges.
final class Session {
    private let client: Background
    private var count = 0

    init(_ client: Background) { self.client = client }

    /// `open`, or why not.
    func opens() throws -> String { try nextWord(seconds: 5) }

    /// Sends a line and waits for it to come back: `answered`, `timeout`, `reset`, …
    func exchange() throws -> String {
        client.send("echo")
        return try nextWord(seconds: 5)
    }

    private func nextWord(seconds: Double) throws -> String {
        count += 1
        return try client.lines(count, seconds: seconds)[count - 1]
    }
}

/// Counts what a guest receives.
struct Watch {
    let eye: Background

    /// How many frames came with each mark; `lie` counts those that contradict what is true.
    func counts() throws -> [String: Int] {
        usleep(200_000)
        eye.endInput()
        let report = try eye.lines(2)[1]
        return try JSONDecoder().decode([String: Int].self, from: Data(report.utf8))
    }
}
