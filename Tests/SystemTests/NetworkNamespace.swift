import Foundation
import Synchronization

/// A network namespace that stands for a host, a guest or a router; empty but for its loopback.
final class NetworkNamespace: Sendable {
    let name: String

    private static let prefix = "vswtest-"
    private static let count = Atomic<Int>(0)

    /// Removes what earlier test processes, which are gone, left behind.
    private static let clean: Void = {
        let listed = (try? Shell.run(["ip", "netns", "list"]).output) ?? ""
        for name in listed.split(whereSeparator: \.isWhitespace) where name.hasPrefix(prefix) {
            let owner = name.dropFirst(prefix.count).prefix { $0.isNumber }
            if kill(pid_t(owner) ?? getpid(), 0) != 0 { remove(String(name)) }
        }
    }()

    init(_ label: String) throws {
        Self.clean
        let number = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
        name = "\(Self.prefix)\(getpid())-\(number)\(label)"
        try Shell.must("ip", "netns", "add", name)
        try ip("link set lo up")
    }

    /// Runs a program inside.
    func run(_ command: String..., seconds: Int = 20) throws -> ShellResult {
        try Shell.run(inside(command), seconds: seconds)
    }

    /// The same for a program that must succeed, written as one line.
    @discardableResult
    func must(_ line: String) throws -> String {
        let result = try Shell.run(inside(["sh", "-ec", line]))
        guard result.isSuccess else { throw ShellFailure(result: result) }
        return result.output
    }

    func ip(_ arguments: String) throws { try must("ip " + arguments) }

    /// Starts a program inside that runs beside the test.
    func start(_ command: [String], environment: [String: String] = [:]) throws -> Background {
        try Background(inside(command), environment: environment)
    }

    func hasDevice(_ device: String) -> Bool {
        (try? run("ip", "link", "show", device).isSuccess) ?? false
    }

    /// Ends every program inside and removes it, with its devices.
    func remove() { Self.remove(name) }

    private func inside(_ command: [String]) -> [String] {
        ["ip", "netns", "exec", name] + command
    }

    private static func remove(_ name: String) {
        let pids = (try? Shell.run(["ip", "netns", "pids", name]).lines) ?? []
        for pid in pids.compactMap(pid_t.init) { kill(pid, SIGKILL) }
        _ = try? Shell.run(["ip", "netns", "del", name])
    }
}
