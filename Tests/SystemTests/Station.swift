import Foundation

/// A machine whose traffic a scenario causes: a guest, or a host itself.
protocol Station: AnyObject {
    /// Where its programs run.
    var namespace: NetworkNamespace { get }
    /// What answers there, as long as the station is kept.
    var servers: [Background] { get set }
}

/// The programs in `Tests/traffic`.
enum TrafficTools {
    static let path = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "traffic").path
}

extension Station {
    /// What the traffic tool prints about one attempt: `answered`, `timeout`, …
    func tries(_ arguments: String..., seconds: Int = 30) throws -> String {
        let result = try namespace.run(
            "sh", "-c", "exec \(TrafficTools.path)/traffic.py \(arguments.joined(separator: " "))",
            seconds: seconds)
        return result.isSuccess ? result.lines.last ?? "" : result.description
    }

    /// Answers TCP connections and UDP datagrams on these ports from now on.
    func serve(_ ports: Int...) throws {
        let server = try namespace.start(
            [TrafficTools.path + "/traffic.py", "serve"] + ports.map { String($0) })
        _ = try server.lines(1)
        servers.append(server)
    }

    /// Whether one echo request is answered.
    func pings(_ address: String, bytes: Int = 56) throws -> Bool {
        try namespace.run(
            "ping", "-n", "-c", "1", "-W", "1", "-M", "do", "-s", "\(bytes)", address
        ).isSuccess
    }

    /// Whether a ping is answered once what comes first (a handshake) is done.
    func reaches(_ address: String, bytes: Int = 56) throws -> Bool {
        try waitUntil(seconds: 4) { try pings(address, bytes: bytes) }
    }
}
