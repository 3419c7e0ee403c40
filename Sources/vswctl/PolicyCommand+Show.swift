import ArgumentParser
import ControlAPI

extension PolicyCommand {
    /// `vswctl policy show [NAME]`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the policies in force, or one of them.",
            discussion: """
                Examples:
                  vswctl policy show
                  vswctl policy show shop
                  vswctl policy show --unused
                """)

        @Argument(help: "The policy's name; without it all are listed.") var name: String?
        @Flag(help: "Only rules that have not decided anything yet.") var unused = false
        @OptionGroup var control: ControlOptions

        func run() async throws {
            if unused {
                try control.show(try await unusedRules(), Self.text)
            } else if let name {
                try control.show(try await control.client.policy(name), Self.text)
            } else {
                try control.show(try await control.client.policies(), Self.text)
            }
        }

        /// The rules without a hit, of one policy or of all.
        private func unusedRules() async throws -> [PolicyRuleText] {
            let names =
                if let name { [name] } else {
                    try await control.client.policies().policies.map(\.name)
                }
            var rules: [PolicyRuleText] = []
            for name in names {
                rules += try await control.client.policy(name).rules
                    .filter { $0.hits == 0 && $0.decides }
            }
            return rules
        }

        private static func text(_ rules: [PolicyRuleText]) -> String {
            rules.isEmpty ? "every rule has decided something\n" : table(rules).description
        }

        private static func table(_ rules: [PolicyRuleText]) -> Table {
            var table = Table(["RULE", "FILE:LINE", "HITS", "LAST HIT", "SENTENCE"])
            for rule in rules {
                table.add([
                    rule.name, "\(rule.file):\(rule.line)", rule.decides ? "\(rule.hits)" : "-",
                    rule.lastHit ?? (rule.decides ? "never" : "-"), rule.text,
                ])
            }
            return table
        }

        private static func text(_ list: PolicyList) -> String {
            guard !list.policies.isEmpty else {
                return "no policy is in force: every port is closed\n"
            }
            return PolicyText.table(list.policies)
                + "applied in generation \(list.generation)\n"
        }

        private static func text(_ policy: PolicyShow) -> String {
            let head = Table.fields([
                ("policy", policy.name), ("tier", policy.tier), ("file", policy.path),
                ("mode", policy.audited ? "audit" : "enforce"),
                ("governs", policy.governs.joined(separator: ", ")),
            ])
            return "\(head)\n\(table(policy.rules))"
        }
    }

    /// `vswctl policy explain FROM TO SERVICE`
    struct Explain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what becomes of a connection, and which rules decide it.",
            discussion: """
                FROM and TO are names of VMs, or addresses. The answer comes from the compiled \
                policy that the workers use, or with --with from files as if they were the whole \
                policy, even if their promises or tests do not hold; with --audit as if they \
                were applied with that. Nothing is sent.

                Examples:
                  vswctl policy explain web1 db1 tcp/5432
                  vswctl policy explain 203.0.113.7 web1 tcp/443
                  vswctl policy explain web1 db1 icmp/echo --network blue
                  vswctl policy explain web1 db1 tcp/22 --with policies/
                """)

        @Argument(help: "Who opens the connection.") var from: String
        @Argument(help: "Who is called.") var to: String
        @Argument(help: "The service, as in a rule: tcp/443, udp/53, icmp/echo.")
        var service: String
        @Option(help: "The network. (default: each that holds both)") var network: String?
        @Option(
            name: .customLong("with"), parsing: .upToNextOption,
            help: ArgumentHelp(
                "Policy files, or directories of them, to ask in place of the policy in force.",
                valueName: "path"),
            completion: .file())
        var files: [String] = []
        @Flag(help: "Ask the files of --with as if all of them were in audit mode.")
        var audit = false
        @OptionGroup var control: ControlOptions

        func validate() throws {
            guard !audit || !files.isEmpty else {
                throw ValidationError("--audit says how the files of --with are taken")
            }
        }

        func run() async throws {
            var request = ExplainRequest(from: from, to: to, service: service, network: network)
            if !files.isEmpty { request.files = try PolicyFiles(files).texts() }
            request.audit = audit
            try control.show(try await control.client.explain(request)) { reply in
                reply.explanations.map(ExplanationText.init).map(\.description).joined()
            }
        }
    }
}

/// An explanation as people read it: the verdict, then the rule at each end.
package struct ExplanationText: CustomStringConvertible {
    private let explanation: Explanation

    /// Wraps an explanation.
    package init(_ explanation: Explanation) {
        self.explanation = explanation
    }

    /// The text; each line ends with a newline.
    package var description: String {
        let what = explanation
        let head =
            "\(what.verdict.rawValue): \(what.from.text) -> \(what.to.text) "
            + "on \(what.service) in network \(what.network)\n"
        var ends = Table()
        Self.add("egress", what.egress, at: what.from, to: &ends)
        Self.add("ingress", what.ingress, at: what.to, to: &ends)
        let miss = what.nearestMiss.map { "  nearest: \($0.text)".printable + "\n" } ?? ""
        let note = what.note.map { "  note: \($0)".printable + "\n" } ?? ""
        return head.dropLast().description.printable + "\n" + ends.description + miss + note
    }

    private static func add(
        _ side: String, _ decision: Decision?, at end: FlowEnd, to table: inout Table
    ) {
        guard let decision else {
            if let host = end.host { table.add(["  " + side, "judged on host \(host)"]) }
            return
        }
        let cells = [
            "  " + side, decision.port,
            decision.verdict.text(audited: decision.audited),
            "by \(decision.rule)",
            place(decision),
        ]
        table.add(cells + (decision.text.map { [$0] } ?? []))
    }

    private static func place(_ decision: Decision) -> String {
        guard let file = decision.file else { return "nothing matched" }
        return decision.line.map { "\(file):\($0)" } ?? file
    }
}
