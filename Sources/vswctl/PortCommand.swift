import ArgumentParser
import ControlAPI

/// `vswctl port …`
struct PortCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "port",
        abstract: "Attach, detach, list and show ports.",
        discussion: """
            A port connects a VM's network device to a network. It passes frames once a policy \
            governs it, and only from the addresses that are bound to it.

            Examples:
              vswctl port attach web1 --vm web1 --ip 10.66.0.11 --label role=web
              vswctl port list
              vswctl port show web1
              vswctl port detach web1
            """,
        subcommands: [Attach.self, Detach.self, List.self, Show.self])

    func run() async throws {
        throw ValidationError(
            "say what to do: attach, detach, list or show; see vswctl port --help")
    }
}

extension PortCommand {
    struct Detach: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Detach a device, and undo what attaching did to it.",
            discussion: "A TAP that the switch made is removed; another device is left as it was.")

        @Argument(help: "The device, as in `vswctl port list`.") var device: String
        @OptionGroup var control: ControlOptions

        func run() async throws {
            try await control.client.detach(device)
            try control.show(Removed(removed: device)) { "port \($0.removed) detached\n" }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List every port.")

        @OptionGroup var control: ControlOptions

        func run() async throws {
            try control.show(try await control.client.ports(), Self.text)
        }

        private static func text(_ list: PortList) -> String {
            var table = Table([
                "PORT", "DEVICE", "VM", "NETWORK", "MODE", "STATE", "MAC", "IP", "POLICIES",
            ])
            for port in list.ports {
                table.add([
                    "\(port.number)", port.device, port.vm, port.network, port.modeText,
                    port.state.rawValue, port.mac, port.ip.joined(separator: ","),
                    port.governedBy.joined(separator: ","),
                ])
            }
            return table.description
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one port: bindings, policies, state and counters.")

        @Argument(help: "The device, as in `vswctl port list`.") var device: String
        @OptionGroup var control: ControlOptions

        func run() async throws {
            try control.show(try await control.client.port(device), Self.text)
        }

        private static func text(_ port: Port) -> String {
            let labels = port.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            let reason = port.stateReason.map { ": \($0)" } ?? ""
            let fields = Table.fields([
                ("port", "\(port.number)"), ("device", port.device), ("vm", port.vm),
                ("network", port.network), ("mode", port.modeText), ("netns", port.netns),
                ("mac", port.mac), ("ip", port.ipText), ("labels", labels.joined(separator: " ")),
                ("vlan", port.vlan.map(String.init)), ("mtu", "\(port.mtu)"),
                ("state", port.state.rawValue + reason),
                ("policies", port.governedBy.joined(separator: ", ")),
                ("generation", "\(port.generation)"),
            ])
            return fields.description + "\n" + CounterText.detail(port.counters)
        }
    }
}

extension Port {
    /// The mode, and that it is an uplink.
    var modeText: String { uplink ? "\(mode.rawValue) uplink" : mode.rawValue }

    /// The bound addresses in words.
    var ipText: String? {
        if uplink { return nil }
        return ip.isEmpty ? "none: the port may not send IP" : ip.joined(separator: ", ")
    }
}
