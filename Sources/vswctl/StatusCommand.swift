import ArgumentParser
import ControlAPI

/// `vswctl status`
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the daemon at a glance.",
        discussion: """
            Version, generation, workers, ports by state, pressure, and warnings if there are any.

            Examples:
              vswctl status
              vswctl status --json | jq .ports.open
            """)

    @OptionGroup var control: ControlOptions

    func run() async throws {
        try control.show(try await control.client.status(), Self.text)
    }

    private static func text(_ status: Status) -> String {
        let ports = status.ports
        let pressure = status.pressure
        let fields = Table.fields([
            ("host", status.name),
            ("daemon", "vswitchd \(status.version), process \(status.processID)"),
            ("up", DurationText(seconds: status.uptimeSeconds).description),
            ("state", status.stateDirectory),
            ("generation", "\(status.generation)"),
            (
                "policies",
                status.policies == 0 ? "none: every port is closed" : "\(status.policies)"
            ),
            ("networks", "\(status.networks)"),
            ("ports", "\(ports.open) open, \(ports.closed) closed, \(ports.missing) missing"),
            ("peers", "\(status.peers.established) established of \(status.peers.listed)"),
            ("workers", "\(status.workers)"),
            ("connections", "\(pressure.connections) of at most \(pressure.connectionsMax)"),
            ("batches", "\(pressure.batches)"),
            ("lost events", "\(pressure.lostEvents)"),
        ])
        let warnings = status.warnings.map { "warning: \($0.printable)\n" }
        return fields.description + warnings.joined()
    }
}
