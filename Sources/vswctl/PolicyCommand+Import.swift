import ArgumentParser
import ControlAPI

extension PolicyCommand {
    /// `vswctl policy import FILE...`
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Translate NetworkPolicies of Kubernetes; change nothing.",
            discussion: """
                Writes one policy file of the same meaning to standard output. What cannot be \
                translated exactly is refused, with its line; nothing is left out in silence. All \
                NetworkPolicies that belong together go into one call: they are additive.

                Examples:
                  kubectl get networkpolicies -A -o yaml > np.yaml
                  vswctl policy import np.yaml --namespace-label namespace > shop.yaml
                  vswctl policy check shop.yaml
                """)

        @Argument(help: "Files of NetworkPolicies, or directories of them.", completion: .file())
        var file: [String]
        @Option(
            help: ArgumentHelp(
                "The label by which a VM names its namespace. (default: all are in one)",
                valueName: "key"))
        var namespaceLabel: String?
        @Option(
            help: "The policy's name. (default: \(PolicyImportRequest.standardName))")
        var name: String?
        @OptionGroup var control: ControlOptions

        func run() async throws {
            let files = try PolicyFiles(file).texts()
            let request = PolicyImportRequest(
                files: files, namespaceLabel: namespaceLabel, name: name)
            let reply = try await control.client.importPolicy(request)
            try control.show(reply) { $0.text }
            let notes = reply.notes.map { "note: \(FaultText($0))" }.joined()
            if !control.json { try? Output.error.write(notes) }
        }
    }

    /// `vswctl policy recommend --from-flows`
    struct Recommend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a policy from the connections that live; change nothing.",
            discussion: """
                Writes a policy file in audit mode to standard output: it allows exactly the \
                connections seen, by labels where just these VMs have them, with a test for each. \
                In force it drops nothing, and records what it would.

                Examples:
                  vswctl policy recommend --from-flows > seen.yaml
                  vswctl policy recommend --from-flows --vm web1 --vm db1 --name shop
                """)

        @Flag(help: "From the live connections of this host; there is no other source.")
        var fromFlows = false
        @Option(help: "Only connections of this VM, and only its rules; may be repeated.")
        var vm: [String] = []
        @Option(help: "The policy's name. (default: \(PolicyRecommendRequest.standardName))")
        var name: String?
        @OptionGroup var control: ControlOptions

        func validate() throws {
            guard fromFlows else {
                throw ValidationError("say from what: --from-flows")
            }
        }

        func run() async throws {
            let request = PolicyRecommendRequest(vms: vm, name: name)
            let reply = try await control.client.recommendPolicy(request)
            try control.show(reply) { $0.text }
            if reply.truncated, !control.json {
                try? Output.error.write(
                    "note: more connections live than were looked at\n")
            }
        }
    }
}
