import ArgumentParser
import ControlAPI

/// `vswctl policy …`
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Check, apply, show, explain, import and recommend policies.",
        discussion: """
            A policy file says in sentences who may reach whom: `allow web -> db on tcp/5432`. \
            What no sentence allows is denied. PATH is a file, or a directory that stands for its \
            *.yaml files.

            Examples:
              vswctl policy check policies/
              vswctl policy apply policies/
              vswctl policy explain web1 db1 tcp/5432
              vswctl policy show shop
            """,
        subcommands: [
            Check.self, Apply.self, Show.self, Explain.self, Import.self, Recommend.self,
        ])

    func run() async throws {
        throw ValidationError(
            "say what to do: check, apply, show, explain, import or recommend; "
                + "see vswctl policy --help")
    }
}

extension PolicyCommand {
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Parse and compile policy files; change nothing.",
            discussion: """
                The daemon compiles the files against the VMs that it knows, as `apply` would. \
                With --replay each connection of a capture is judged under these files and under \
                the policy in force, and what would change is listed.

                Examples:
                  vswctl policy check policies/ && vswctl policy apply policies/
                  vswctl policy check policies/ --replay yesterday.pcapng
                """)

        @Argument(help: "Policy files, or directories of them.", completion: .file())
        var path: [String]
        @Option(
            help: ArgumentHelp(
                "Say what would become of the connections in a capture.", valueName: "file.pcapng"),
            completion: .file())
        var replay: String?
        @OptionGroup var control: ControlOptions

        func run() async throws {
            let request = try PolicyFiles(path).request()
            let reply = try await control.client.checkPolicy(request)
            let isShown = control.json ? replay == nil || !reply.valid : reply.valid
            if isShown { try control.show(reply, Self.text) }
            guard reply.valid else {
                let count = reply.errors.count.of("error")
                throw CommandFailure(
                    faults: reply.errors, "the policy has \(count); correct the lines above")
            }
            guard let replay else { return }
            let result = try await PolicyReplay(files: request.files, client: control.client)
                .run(replay)
            try control.show(result.whole) { _ in ReplayText(result).description }
        }

        private static func text(_ reply: PolicyCheckReply) -> String {
            let rules = reply.policies.reduce(0) { $0 + $1.rules }
            return PolicyText.warnings(reply.warnings) + PolicyText.table(reply.policies)
                + "valid: \(reply.policies.count) policies, \(rules) rules\n"
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make these files the whole policy.",
            discussion: """
                All files or none: a policy with an error changes nothing. The new policy binds at \
                the next frame, also for connections that are established.

                Examples:
                  vswctl policy apply policies/
                  vswctl policy apply guard.yaml shop.yaml
                """)

        @Argument(help: "Policy files, or directories of them.", completion: .file())
        var path: [String]
        @Flag(help: "Record what would be dropped, drop nothing: not yet.") var audit = false
        @Option(
            help: ArgumentHelp("Undo unless confirmed in time: not yet.", valueName: "seconds"))
        var confirmWithin: Int?
        @Flag(help: "Accept a policy that permits more than before: not yet.")
        var allowWidening = false
        @OptionGroup var control: ControlOptions

        func run() async throws {
            try refuseWhatIsNotThereYet()
            let request = try PolicyFiles(path).request()
            try control.show(try await control.client.applyPolicy(request), Self.text)
        }

        private func refuseWhatIsNotThereYet() throws {
            let named = [
                ("--audit", audit), ("--confirm-within", confirmWithin != nil),
                ("--allow-widening", allowWidening),
            ]
            guard let (name, _) = named.first(where: { $0.1 }) else { return }
            throw CommandFailure(
                "\(name) is not yet implemented, so nothing was applied; apply without it")
        }

        private static func text(_ reply: PolicyApplyReply) -> String {
            let names = reply.policies.map(\.name).joined(separator: ", ")
            return PolicyText.warnings(reply.warnings)
                + "generation \(reply.generation) in force: \(names.isEmpty ? "no policy" : names)"
                + "; \(reply.cutFlows) live flows cut\n"
        }
    }
}

/// Policies as people read them.
enum PolicyText {
    static func table(_ policies: [PolicySummary]) -> String {
        var table = Table(["POLICY", "TIER", "RULES", "GOVERNS", "FILE"])
        for policy in policies {
            let governs = policy.governs.joined(separator: ",")
            table.add([policy.name, policy.tier, "\(policy.rules)", governs, policy.path])
        }
        return policies.isEmpty ? "" : table.description
    }

    static func warnings(_ faults: [PolicyFault]) -> String {
        faults.map { "warning: \(FaultText($0))" }.joined()
    }
}
