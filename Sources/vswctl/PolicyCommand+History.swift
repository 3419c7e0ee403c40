import ArgumentParser
import ControlAPI

extension PolicyCommand {
    /// `vswctl policy confirm`
    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep the policy that was applied with --confirm-within.",
            discussion: """
                Without it the former policy returns when the time is over, also after a restart \
                of the daemon.

                Example:
                  vswctl policy apply policies/ --confirm-within 60 && vswctl policy confirm
                """)

        @OptionGroup var control: ControlOptions

        func run() async throws {
            try control.show(try await control.client.confirmPolicy()) { reply in
                "generation \(reply.generation) is confirmed\n"
            }
        }
    }

    /// `vswctl policy history`
    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the policies that were in force, the latest first.",
            discussion: """
                Equal digests are the same policy. The daemon remembers the last 200 generations.

                Example:
                  vswctl policy history && vswctl policy rollback 7
                """)

        @OptionGroup var control: ControlOptions

        func run() async throws {
            try control.show(try await control.client.policyHistory(), PolicyHistoryText.text)
        }
    }

    /// `vswctl policy rollback GENERATION`
    struct Rollback: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring the policy of an earlier generation back.",
            discussion: """
                It comes into force as a new generation, and binds at the next frame. \
                Generation 0 is no policy: every port closes, and the next apply counts as the \
                first one.

                Example:
                  vswctl policy rollback 7
                """)

        @Argument(help: "The generation, as in vswctl policy history.") var generation: Int
        @OptionGroup var control: ControlOptions

        func run() async throws {
            let request = PolicyRollbackRequest(generation: generation)
            try control.show(try await control.client.rollBack(request), PolicyText.applied)
        }
    }
}

/// The history of policies as people read it.
package enum PolicyHistoryText {
    /// A line for each generation, and what waits to be confirmed.
    package static func text(_ history: PolicyHistory) -> String {
        guard !history.generations.isEmpty else { return "no policy was ever applied\n" }
        var table = Table(["GENERATION", "APPLIED", "DIGEST", "HOW", "FILES"])
        for generation in history.generations {
            let files = generation.files.joined(separator: ",")
            table.add([
                "\(generation.generation)" + (generation.current ? " *" : ""),
                generation.appliedAt, String(generation.digest.prefix(12)),
                generation.origin + (generation.audited ? " --audit" : ""),
                files.isEmpty ? "none: every port closed" : files,
            ])
        }
        let waiting = history.confirmation.map { confirmation in
            "generation \(confirmation.generation) waits to be confirmed; in "
                + "\(confirmation.secondsLeft) s generation \(confirmation.fallback) returns\n"
        }
        return table.description + (waiting ?? "")
    }
}
