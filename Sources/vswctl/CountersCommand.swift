import ArgumentParser
import ControlAPI

/// `vswctl counters [DEVICE] [--watch]`
struct CountersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "counters",
        abstract: "Show what ports received, sent and dropped.",
        discussion: """
            Every received frame is counted once more: as transmitted, replicated, or dropped with \
            one reason. RECEIVED is what came from the VM, SENT what went to it.

            Examples:
              vswctl counters
              vswctl counters web1
              vswctl counters --watch
            """)

    @Argument(help: "The device; without it every port is shown.") var device: String?
    @Flag(help: "Show them anew each second, with rates, until Ctrl-C.") var watch = false
    @OptionGroup var control: ControlOptions

    /// ECMA-48: cursor home, erase below.
    private static let clearScreen = "\u{1B}[H\u{1B}[J"

    func run() async throws {
        if watch { return try await runWatching() }
        if let device {
            try control.show(try await control.client.counters(device)) {
                CounterText.detail($0.counters)
            }
        } else {
            try control.show(try await control.client.counters()) { CounterText.table($0) }
        }
    }

    private func runWatching() async throws {
        var before: CounterReport?
        while true {
            let report = try await report()
            let redraws = Output.standard.isTerminal && !control.json
            if redraws { try Output.standard.write(Self.clearScreen) }
            try control.showLine(report) { CounterText.table($0, since: before ?? $0) }
            before = report
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// The report on every port, or on the one that was named.
    private func report() async throws -> CounterReport {
        var report = try await control.client.counters()
        guard let device else { return report }
        let port = try await control.client.counters(device)
        report.ports = [port]
        return report
    }
}
