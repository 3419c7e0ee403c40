import ControlAPI
import Foundation
import Testing

/// One machine: a network namespace in which the real `vswitchd` runs on its own state and socket.
final class Host: Station {
    let namespace: NetworkNamespace
    let name: String
    /// What `vswitch.yaml` says; nothing, and the daemon starts without one.
    var configuration: String?
    /// Holds the daemon's state, its socket, and the policy files.
    let folder: URL
    private(set) var daemon: Background?
    var servers: [Background] = []
    private var logs = ""

    init(_ name: String = "hv1") throws {
        try #require(geteuid() == 0, "the system tests need root: sudo make test")
        self.name = name
        namespace = try NetworkNamespace("host")
        folder = Shell.scratch.appending(path: namespace.name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    static let programs = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: ".build/release")

    var state: URL { folder.appending(path: "state") }
    var socket: URL { folder.appending(path: "control.sock") }
    var control: VSwctl { VSwctl(socket: socket.path) }
    /// Everything the daemon has logged, earlier runs included.
    var log: String { logs + (daemon?.errors ?? "") }

    /// The daemon's command line; `before` is put in front of it.
    func commandLine(before: [String] = []) -> [String] {
        let program = Self.programs.appending(path: "vswitchd").path
        return before + [
            program, "--state", state.path, "--socket", socket.path, "--name", name,
            "--log-level", "debug",
        ] + (configuration == nil ? [] : ["--config", folder.appending(path: "vswitch.yaml").path])
    }

    /// Starts the daemon and waits until it answers.
    func start() throws {
        if let configuration { _ = try write(configuration, as: "vswitch.yaml") }
        let daemon = try namespace.start(commandLine())
        self.daemon = daemon
        let answers = try waitUntil(seconds: 20) {
            try !daemon.isRunning || control.run("status").isSuccess
        }
        guard answers, daemon.isRunning else {
            Issue.record("vswitchd does not answer:\n\(daemon.errors)")
            throw ShellFailure(result: try control.run("status"))
        }
    }

    /// `kill -9`.
    func kill() {
        daemon?.kill()
        logs += daemon?.errors ?? ""
        daemon = nil
    }

    /// SIGTERM; a clean stop exits with 0.
    func stop() {
        guard let daemon else { return }
        let end = daemon.terminate()
        #expect(end?.status == 0, "vswitchd stops on SIGTERM with status 0:\n\(daemon.errors)")
        logs += daemon.errors
        self.daemon = nil
    }

    func remove() {
        kill()
        namespace.remove()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Writes a policy file; answers its path.
    func write(_ policy: String, as name: String = "policy.yaml") throws -> String {
        let file = folder.appending(path: name)
        try Data(policy.utf8).write(to: file)
        return file.path
    }

    /// Makes this policy the whole policy.
    func apply(_ policy: String) throws {
        try control.must("policy", "apply", "--allow-widening", try write(policy))
    }
}
