import ArgumentParser
import ControlAPI
import Glibc

/// The command line of the switch: a thin client of the daemon's control interface.
@main
struct Vswctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vswctl",
        abstract: "Control vswitchd, the virtual switch with a firewall.",
        discussion: """
            A first round, as root:
              vswctl network add blue --vni 10
              vswctl port attach web1 --vm web1 --network blue --ip 10.66.0.11
              vswctl policy apply policies/
              vswctl policy explain web1 db1 tcp/5432
              vswctl capture web1 --point verdict

            Exit status: 0 done; 1 refused or failed, with one sentence on standard error (and \
            with --json the problem document on standard output); 2 wrong usage; 3 the daemon \
            cannot be reached.
            """,
        version: Product.version,
        subcommands: [
            StatusCommand.self, NetworkCommand.self, PortCommand.self, PolicyCommand.self,
            WhyCommand.self, FlowCommand.self, CaptureCommand.self, CountersCommand.self,
            OverlayCommand.self,
            DirectoryCommand.self,
        ])

    static func main() async {
        // A closed pipe is seen as EPIPE by `Output`, which ends the program quietly.
        signal(SIGPIPE, SIG_IGN)
        let status = await run(Array(CommandLine.arguments.dropFirst()))
        Glibc.exit(status.rawValue)
    }

    /// Runs one command line; whatever goes wrong is told on standard error.
    private static func run(_ arguments: [String]) async -> ExitStatus {
        do {
            var command = try parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return .done
        } catch {
            if arguments.contains("--json") { showProblem(of: error) }
            return end(with: error)
        }
    }

    /// A program that asked for JSON is given the daemon's problem document (RFC 9457), too.
    private static func showProblem(of error: any Error) {
        guard case .problem(let problem)? = error as? ControlError,
            let text = try? ControlJSON.encodePretty(problem)
        else { return }
        try? Output.standard.write(text + [UInt8(ascii: "\n")])
    }

    private static func end(with error: any Error) -> ExitStatus {
        switch error {
        case is OutputClosed:
            return .done
        case let failure as CommandFailure:
            return tell(failure)
        case let error as ControlError:
            return tell(CommandFailure(error))
        default:
            return endParsing(with: error)
        }
    }

    private static func tell(_ failure: CommandFailure) -> ExitStatus {
        try? Output.error.write(failure.text)
        return failure.status
    }

    /// What the argument parser throws: help and versions too, which are no failures.
    private static func endParsing(with error: any Error) -> ExitStatus {
        let text = fullMessage(for: error) + "\n"
        guard exitCode(for: error) == .success else {
            try? Output.error.write(text)
            return exitCode(for: error) == .validationFailure ? .usage : .failed
        }
        do {
            try Output.standard.write(text)
            return .done
        } catch {
            return end(with: error)
        }
    }
}
