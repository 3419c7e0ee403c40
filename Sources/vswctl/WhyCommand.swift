import ArgumentParser
import ControlAPI

/// `vswctl why DEVICE`
struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Say what was dropped at a port, and why.",
        discussion: """
            The daemon remembers the last 256 kinds of drops at each port, always: what its VM \
            sent, and what its rules did not let in. For what rules refused it names the rule \
            that did, with the generation of then; the last column tells what the policy in force \
            now says.

            Examples:
              vswctl why db1
              vswctl why db1 --last 10m
              vswctl why db1 --json
            """)

    @Argument(help: "The port's device.") var device: String
    @Option(
        help: ArgumentHelp("Only what was dropped of late: 30s, 10m, 2h.", valueName: "duration"))
    var last: DurationText?
    @OptionGroup var control: ControlOptions

    func run() async throws {
        let query = DropQuery(last: last?.seconds)
        try control.show(try await control.client.drops(at: device, query), DropText.text)
    }

    func validate() throws {
        guard last.map({ $0.seconds > 0 }) ?? true else {
            throw ValidationError("--last takes a duration from 1s, such as 30s, 10m or 2h")
        }
    }
}

/// Drops as people read them.
package enum DropText {
    /// A line for each drop, and each reason explained once.
    package static func text(_ list: DropList) -> String {
        guard !list.drops.isEmpty else {
            return "nothing was dropped at \(list.device), as far as is remembered\n"
        }
        var table = Table([
            "WHEN", "COUNT", "FROM", "TO", "SERVICE", "REASON", "GENERATION", "RULE", "NOW",
        ])
        for drop in list.drops {
            table.add([
                drop.at, "\(drop.count)", end(drop.from, drop.sourceMAC),
                end(drop.to, drop.destinationMAC), drop.service ?? "-", drop.reason,
                "\(drop.generation)", drop.rule?.text, drop.now.map(now),
            ])
        }
        var reasons: [String] = []
        for drop in list.drops {
            let line = "\(drop.reason): \(drop.explanation)\n"
            if !reasons.contains(line) { reasons.append(line) }
        }
        return table.description + "\n" + reasons.joined()
    }

    private static func end(_ end: FlowEnd?, _ mac: String?) -> String {
        end?.text ?? mac ?? "-"
    }

    private static func now(_ now: DropNow) -> String {
        "\(now.verdict.text(audited: now.audited)) by \(now.rule.text)"
    }
}
