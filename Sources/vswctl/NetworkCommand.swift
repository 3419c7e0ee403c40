import ArgumentParser
import ControlAPI

/// `vswctl network …`
struct NetworkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network",
        abstract: "Add, list, show and remove networks.",
        discussion: """
            A network is an isolated layer 2 segment with an identifier (VNI) and an MTU. \
            The network `default` (VNI 1) always exists.

            Examples:
              vswctl network add blue --vni 10
              vswctl network add storage --vni 20 --mtu 9000
              vswctl network list
            """,
        subcommands: [Add.self, List.self, Show.self, Remove.self])

    func run() async throws {
        throw ValidationError(
            "say what to do: add, list, show or remove; see vswctl network --help")
    }
}

extension NetworkCommand {
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a network.",
            discussion: """
                Example:
                  vswctl network add blue --vni 10 --mtu 1500
                """)

        @Argument(help: "The name: letters, digits, '-', '_' and '.'.") var name: String
        @Option(help: "The virtual network identifier, 1 to 16777215.") var vni: Int
        @Option(
            help: ArgumentHelp(
                "The largest IP packet that its ports carry. (default: 1500)", valueName: "bytes"))
        var mtu: Int?
        @OptionGroup var control: ControlOptions

        func run() async throws {
            let request = NetworkRequest(name: name, vni: vni, mtu: mtu)
            try control.show(try await control.client.addNetwork(request)) {
                "network \($0.name) added: vni \($0.vni), mtu \($0.mtu)\n"
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List every network.")

        @OptionGroup var control: ControlOptions

        func run() async throws {
            try control.show(try await control.client.networks(), Self.text)
        }

        private static func text(_ list: NetworkList) -> String {
            var table = Table(["NETWORK", "VNI", "MTU", "PORTS"])
            for network in list.networks {
                table.add([network.name, "\(network.vni)", "\(network.mtu)", "\(network.ports)"])
            }
            return table.description
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one network.")

        @Argument(help: "The network's name.") var name: String
        @OptionGroup var control: ControlOptions

        func run() async throws {
            try control.show(try await control.client.network(name)) { network in
                Table.fields([
                    ("network", network.name), ("vni", "\(network.vni)"),
                    ("mtu", "\(network.mtu)"), ("ports", "\(network.ports)"),
                ]).description
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a network that has no ports.")

        @Argument(help: "The network's name.") var name: String
        @OptionGroup var control: ControlOptions

        func run() async throws {
            try await control.client.removeNetwork(name)
            try control.show(Removed(removed: name)) { "network \($0.removed) removed\n" }
        }
    }
}
