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
            *.yaml and *.yml files.

            Examples:
              vswctl policy check policies/
              vswctl policy apply policies/
              vswctl policy explain web1 db1 tcp/5432
              vswctl policy show shop
            """,
        subcommands: [
            Check.self, Diff.self, Apply.self, Confirm.self, Show.self, History.self, Rollback.self,
            Explain.self, Import.self, Recommend.self,
        ])

    func run() async throws {
        throw ValidationError(
            "say what to do, as in: vswctl policy show; see vswctl policy --help")
    }
}

extension PolicyCommand {
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Parse and compile policy files; change nothing.",
            discussion: """
                The daemon compiles the files against the VMs that it knows, as `apply` would. \
                With --replay each connection of a capture is judged under these files and under \
                the policy in force, and what would change is listed. With --audit the files are \
                taken as `apply --audit` would take them.

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
        @Flag(help: "Take all files as if they were in audit mode.") var audit = false
        @OptionGroup var control: ControlOptions

        func run() async throws {
            var request = PolicyRequest(files: try PolicyFiles(path).texts())
            request.audit = audit
            let reply = try await control.client.checkPolicy(request)
            let isShown = control.json ? replay == nil || !reply.valid : reply.valid
            if isShown { try control.show(reply, Self.text) }
            guard reply.valid else {
                let count = reply.errors.count.of("error")
                throw CommandFailure(
                    faults: reply.errors, "the policy has \(count); correct the lines above")
            }
            guard let replay else { return }
            let result = try await PolicyReplay(
                files: request.files, isAudited: audit, client: control.client
            ).run(replay)
            try control.show(result.whole) { _ in ReplayText(result).description }
        }

        private static func text(_ reply: PolicyCheckReply) -> String {
            let rules = reply.policies.reduce(0) { $0 + $1.rules }
            return PolicyText.warnings(reply.warnings) + PolicyText.table(reply.policies)
                + "valid: \(reply.policies.count) policies, \(rules) rules\n"
        }
    }

    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say which connections policy files would make possible or impossible.",
            discussion: """
                Exact, for the VMs that the daemon knows, and for every address outside: what \
                begins with + would become possible, what begins with - impossible; what begins \
                with ~ is a rule with another limit. What changes only when the last day of a rule \
                (until) is over stands below that day.

                Examples:
                  vswctl policy diff policies/
                  vswctl policy diff policies/ --audit
                  vswctl policy diff policies/ --all > changes.txt
                """)

        @Argument(help: "Policy files, or directories of them.", completion: .file())
        var path: [String]
        @Flag(help: "Take all files as if they were in audit mode.") var audit = false
        @Flag(help: "Tell every line and every name, not 100 lines of six names each.")
        var all = false
        @OptionGroup var control: ControlOptions

        func run() async throws {
            var request = PolicyDiffRequest(files: try PolicyFiles(path).texts())
            request.audit = audit
            request.all = all || control.json  // a program reads no "and 3 more"
            try control.show(try await control.client.diffPolicy(request), PolicyText.changes)
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make these files the whole policy.",
            discussion: """
                All files or none: a policy with an error changes nothing. The new policy binds at \
                the next frame, also for connections that are established.

                A policy that makes connections possible that are impossible now is refused \
                unless --allow-widening says that this is meant; see vswctl policy diff.

                Examples:
                  vswctl policy apply policies/
                  vswctl policy apply guard.yaml shop.yaml
                  vswctl policy apply policies/ --confirm-within 60 && vswctl policy confirm
                """)

        @Argument(help: "Policy files, or directories of them.", completion: .file())
        var path: [String]
        @Flag(help: "Record what would be dropped, drop nothing.") var audit = false
        @Option(
            help: ArgumentHelp(
                "Return to the former policy unless this one is confirmed in time.",
                valueName: "seconds"))
        var confirmWithin: Int?
        @Flag(help: "Accept a policy that permits more than the one in force.")
        var allowWidening = false
        @OptionGroup var control: ControlOptions

        func run() async throws {
            var request = PolicyApplyRequest(files: try PolicyFiles(path).texts())
            request.audit = audit
            request.confirmWithin = confirmWithin
            request.allowWidening = allowWidening
            let reply = try await control.client.applyPolicy(request)
            try control.show(reply, PolicyText.applied)
        }

        func validate() throws {
            let range = 1...PolicyApplyRequest.confirmWithinMax
            guard confirmWithin.map(range.contains) ?? true else {
                throw ValidationError(
                    "--confirm-within takes 1 to \(range.upperBound) seconds")
            }
        }
    }
}

/// Policies as people read them.
enum PolicyText {
    static func table(_ policies: [PolicySummary]) -> String {
        var table = Table(["POLICY", "TIER", "MODE", "RULES", "GOVERNS", "FILE"])
        for policy in policies {
            table.add([
                policy.name, policy.tier, policy.audited ? "audit" : "enforce", "\(policy.rules)",
                policy.governs.joined(separator: ","), policy.path,
            ])
        }
        return policies.isEmpty ? "" : table.description
    }

    static func changes(_ reply: PolicyDiffReply) -> String {
        var text = lines("+", reply.gained, omitted: reply.omittedGained)
        text += lines("-", reply.lost, omitted: reply.omittedLost)
        for later in reply.later {
            text += "from \(later.from) on, when a rule is over:\n"
            text += lines("+", later.gained, omitted: later.omittedGained)
            text += lines("-", later.lost, omitted: later.omittedLost)
        }
        text += reply.limits.map { "~ \($0)\n" }.joined()
        return warnings(reply.warnings) + (text.isEmpty ? "no connection changes\n" : text)
            + "\(reply.cutFlows) live flows would be cut\n"
    }

    private static func lines(
        _ sign: String, _ changes: [PolicyChange], omitted: Int
    ) -> String {
        let more = omitted > 0 ? "\(sign) … and \(omitted) more (--all tells them)\n" : ""
        return changes.map { "\(sign) \($0.text)\n" }.joined() + more
    }

    static func applied(_ reply: PolicyApplyReply) -> String {
        let names = reply.policies.map { $0.name + ($0.audited ? " (audit: drops nothing)" : "") }
            .joined(separator: ", ")
        let waiting = reply.confirmWithin.map { seconds in
            "it is taken back in \(seconds) s unless you run: vswctl policy confirm\n"
        }
        guard reply.changed else {
            return warnings(reply.warnings)
                + "unchanged: these files are in force since generation \(reply.generation)\n"
        }
        return warnings(reply.warnings)
            + "generation \(reply.generation) in force: \(names.isEmpty ? "no policy" : names)"
            + "; \(reply.cutFlows) live flows cut\n" + (waiting ?? "")
    }

    static func warnings(_ faults: [PolicyFault]) -> String {
        faults.map { "warning: \(FaultText($0))" }.joined()
    }
}
