import ArgumentParser
import ControlAPI

/// `vswctl flow …`
struct FlowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flow",
        abstract: "List live connections and recent denials.",
        discussion: """
            Examples:
              vswctl flow list
              vswctl flow list --vm web1 --verdict deny
              vswctl flow list --follow
            """,
        subcommands: [List.self])

    func run() async throws {
        throw ValidationError("say what to do: list; see vswctl flow --help")
    }
}

extension FlowCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List live connections and recent denials.",
            discussion: """
                With --follow what is new is printed each second, one flow on a line, until \
                Ctrl-C; with --json too, one object on a line.

                Examples:
                  vswctl flow list --vm db1
                  vswctl flow list --verdict deny --follow
                """)

        @Option(help: "Only flows with this VM at either end.") var vm: String?
        @Option(help: "Only flows with this verdict: allow, deny or reject.")
        var verdict: Verdict?
        @Flag(help: "Keep printing what is new.") var follow = false
        @OptionGroup var control: ControlOptions

        func run() async throws {
            let query = FlowQuery(vm: vm, verdict: verdict)
            if follow { return try await run(following: query) }
            try control.show(try await control.client.flows(query), Self.text)
        }

        private func run(following query: FlowQuery) async throws {
            var news = FlowNews()
            while true {
                let list = try await control.client.flows(query)
                for flow in news.take(list.flows) {
                    try control.showLine(flow, \.line)
                }
                try await Task.sleep(for: .seconds(1))
            }
        }

        private static func text(_ list: FlowList) -> String {
            var table = Table([
                "NETWORK", "FROM", "TO", "SERVICE", "STATE", "VERDICT", "PACKETS", "BYTES", "IDLE",
                "RULES",
            ])
            for flow in list.flows {
                let packets = flow.original.packets &+ flow.reply.packets
                let bytes = flow.original.bytes &+ flow.reply.bytes
                table.add([
                    flow.network, flow.from.text, flow.to.text, flow.service, flow.state,
                    flow.verdict.text(audited: flow.audited), "\(packets)", "\(bytes)",
                    DurationText(seconds: flow.idleSeconds).description, flow.ruleText,
                ])
            }
            let more = list.truncated ? "there are more; narrow them with --vm or --verdict\n" : ""
            return table.description + more
        }
    }
}
