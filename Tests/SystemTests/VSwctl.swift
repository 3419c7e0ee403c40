import ControlAPI
import Foundation

/// The real command line, pointed at one daemon.
struct VSwctl {
    let socket: String

    static var program: String { Host.programs.appending(path: "vswctl").path }
    var environment: [String: String] { ["VSWITCH_SOCKET": socket] }

    func run(_ arguments: String...) throws -> ShellResult { try run(arguments) }

    func run(_ arguments: [String]) throws -> ShellResult {
        try Shell.run([Self.program] + arguments, environment: environment)
    }

    /// The same for a command that must succeed.
    @discardableResult
    func must(_ arguments: String...) throws -> String { try must(arguments) }

    @discardableResult
    func must(_ arguments: [String]) throws -> String {
        let result = try run(arguments)
        guard result.isSuccess else { throw ShellFailure(result: result) }
        return result.output
    }

    /// The decoded reply of a command that must succeed.
    func reply<Reply: Decodable>(_ type: Reply.Type, _ arguments: String...) throws -> Reply {
        try ControlJSON.decode(type, from: try must(arguments + ["--json"]).utf8)
    }

    /// Starts a command that runs beside the test.
    func start(_ arguments: String...) throws -> Background {
        try Background([Self.program] + arguments, environment: environment)
    }

    func counters() throws -> CounterReport { try reply(CounterReport.self, "counters") }

    func counters(_ device: String) throws -> FrameCounters {
        try reply(ControlAPI.PortCounters.self, "counters", device).counters
    }

    func ports() throws -> [ControlAPI.Port] { try reply(PortList.self, "port", "list").ports }
    func networks() throws -> [Network] { try reply(NetworkList.self, "network", "list").networks }
    func status() throws -> Status { try reply(Status.self, "status") }
}
