import ArgumentParser
import CLinux
import ControlPlane
import Foundation
import Glibc
import Logging

/// The daemon: reads its arguments and its file, then runs until a signal ends it.
@main struct Vswitchd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vswitchd",
        abstract: "A virtual switch and firewall for VMs, in the foreground until SIGTERM.",
        version: HostFacts.version)

    @Option(help: "The host configuration (default: \(HostConfiguration.defaultPath), if there).")
    var config: String?
    @Option(help: "The directory that holds the state.")
    var state = "/var/lib/vswitch"
    @Option(help: "The control socket (default: $VSWITCH_SOCKET, or \(ControlSocket.defaultPath)).")
    var socket: String?
    @Option(help: "This host's name (default: from the configuration, or the machine's).")
    var name: String?
    @Option(help: "What is logged: \(Self.levels).")
    var logLevel = "info"
    @Option(help: "How it is logged: text or json.")
    var logFormat = "text"

    private static let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")

    /// Exit status 0 after a clean stop, 1 when the daemon cannot start, 2 for wrong arguments.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var daemon = command as? any AsyncParsableCommand {
                try await daemon.run()
            } else {
                try command.run()
            }
        } catch let error as StartError {
            report("vswitchd: \(error)")
            Foundation.exit(1)
        } catch  where exitCode(for: error) == .validationFailure {
            report(fullMessage(for: error))
            Foundation.exit(2)
        } catch {
            exit(withError: error)
        }
    }

    func validate() throws {
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError("'\(logLevel)' is not a log level; known are \(Self.levels).")
        }
        guard LineLog.Format(rawValue: logFormat) != nil else {
            throw ValidationError("'\(logFormat)' is not a log format; known are text, json.")
        }
    }

    func run() async throws {
        // A client that hangs up is an error of its connection, not the daemon's end.
        signal(SIGPIPE, SIG_IGN)
        umask(0o077)
        guard vsw_forbid_dumps() == 0 else {
            throw StartError("the process's memory cannot be kept out of core dumps")
        }
        if vsw_lock_memory() != 0 {
            // libcrypto's contexts hold keys in the ordinary heap, stacks what was derived.
            logger.warning("memory is not locked: keys of sessions may reach the swap")
        }
        let host = try configuration()
        var daemon = Daemon(
            name: name ?? host.name ?? HostFacts.machineName, stateDirectory: state,
            socketPath: socketPath, logger: logger)
        daemon.overlay = host.overlay
        daemon.settings = host.dataPath
        try await daemon.run()
    }

    private func configuration() throws -> HostConfiguration {
        let path = config ?? HostConfiguration.defaultPath
        if config == nil, !FileManager.default.fileExists(atPath: path) {
            return HostConfiguration()
        }
        do {
            return try HostConfiguration(
                String(contentsOfFile: path, encoding: .utf8), path: path)
        } catch let error as StartError {
            throw error
        } catch {
            throw StartError(
                "the configuration '\(path)' cannot be read (\(error.localizedDescription)): name"
                    + " another with --config")
        }
    }

    private var socketPath: String {
        socket ?? ProcessInfo.processInfo.environment["VSWITCH_SOCKET"]
            ?? ControlSocket.defaultPath
    }

    private var logger: Logger {
        let level = Logger.Level(rawValue: logLevel) ?? .info
        let format = LineLog.Format(rawValue: logFormat) ?? .text
        return Logger(label: "vswitchd") { _ in LineLog(level, format) }
    }

    private static func report(_ sentence: String) {
        FileHandle.standardError.write(Data((sentence + "\n").utf8))
    }
}
