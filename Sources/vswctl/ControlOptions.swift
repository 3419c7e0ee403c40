import ArgumentParser
import ControlAPI
import Foundation

/// The options of every command: where the daemon is, and who reads the answer.
struct ControlOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The daemon's control socket. (default: $VSWITCH_SOCKET, or "
                + "\(ControlClient.defaultSocketPath))",
            valueName: "path"),
        completion: .file())
    var socket: String?

    @Flag(help: "Print JSON, as the control interface answers it.")
    var json = false

    /// A client of the daemon.
    var client: ControlClient { ControlClient(socketPath: socketPath) }

    private var socketPath: String {
        if let socket { return socket }
        let inherited = ProcessInfo.processInfo.environment["VSWITCH_SOCKET"] ?? ""
        return inherited.isEmpty ? ControlClient.defaultSocketPath : inherited
    }

    /// Prints a reply: as JSON if that was asked for, else as `text`, which ends its own lines.
    func show<Reply: Encodable>(_ reply: Reply, _ text: (Reply) -> String) throws {
        if json {
            try Output.standard.write(ControlJSON.encodePretty(reply) + [UInt8(ascii: "\n")])
        } else {
            try Output.standard.write(text(reply))
        }
    }

    /// Prints one reply of many: JSON on one line, or `text`.
    func showLine<Reply: Encodable>(_ reply: Reply, _ text: (Reply) -> String) throws {
        if json {
            try Output.standard.write(ControlJSON.encode(reply) + [UInt8(ascii: "\n")])
        } else {
            try Output.standard.write(text(reply))
        }
    }
}

/// What a command without a reply says in JSON: which thing it removed.
struct Removed: Encodable {
    let removed: String
}

extension PortMode: ExpressibleByArgument {}
extension Verdict: ExpressibleByArgument {}
extension CapturePoint: ExpressibleByArgument {}

extension DurationText: ExpressibleByArgument {
    /// Reads an option's value.
    package init?(argument: String) {
        self.init(argument)
    }
}
