import ArgumentParser
import ControlAPI

extension PortCommand {
    /// `vswctl port attach`
    struct Attach: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Attach a VM's network device, or an uplink.",
            discussion: """
                Modes:
                  tap         the switch makes the TAP and owns it;
                              the default when DEVICE does not exist
                  netdev      the device is someone else's: QEMU's TAP, a veth end;
                              the default when DEVICE exists
                  vhost-user  DEVICE is the path of a Unix socket (not yet)

                The port is closed until a policy governs it. Without --ip it may not send IP at \
                all; `--ip any` binds every address.

                Examples:
                  vswctl port attach web1 --vm web1 --ip 10.66.0.11 --label role=web
                  vswctl port attach eth0 --vm web1 --netns web1 --ip 10.66.0.11 --ip fd00::11
                  vswctl port attach tap7 --vm db1 --mode netdev --mac 52:54:00:00:00:12
                  vswctl port attach enp3s0 --uplink --network blue
                """)

        @Argument(help: "The device, as in `ip link`.") var device: String
        @Option(help: "The VM the device belongs to; required unless --uplink.") var vm: String?
        @Option(help: "The network to join. (default: default)") var network: String?
        @Option(help: "How to attach: tap, netdev or vhost-user.") var mode: PortMode?
        @Option(
            help: ArgumentHelp(
                "The network namespace to move a TAP to, or to find the device in.",
                valueName: "ns"))
        var netns: String?
        @Option(help: "The MAC address to bind. (default: made up, for a TAP of the switch's own)")
        var mac: String?
        @Option(
            help: ArgumentHelp(
                "An address to bind, or 'any'; may be repeated.", valueName: "address"))
        var ip: [String] = []
        @Option(
            help: ArgumentHelp(
                "A label that policies select by; may be repeated.", valueName: "key=value"))
        var label: [LabelArgument] = []
        @Flag(help: "The device leads to a physical network, and belongs to no VM.")
        var uplink = false
        @Option(help: ArgumentHelp("The 802.1Q tag on an uplink: not yet.", valueName: "id"))
        var vlan: Int?
        @OptionGroup var control: ControlOptions

        func validate() throws {
            if uplink, vm != nil {
                throw ValidationError("--uplink belongs to no VM: leave out --vm")
            }
            if !uplink, vm == nil {
                throw ValidationError("say whose port this is: --vm VM, or --uplink")
            }
            if !uplink, vlan != nil {
                throw ValidationError("--vlan goes with --uplink only")
            }
            let keys = label.map(\.key)
            if let twice = keys.first(where: { key in keys.count { $0 == key } > 1 }) {
                throw ValidationError("--label \(twice) is given twice")
            }
        }

        func run() async throws {
            try control.show(try await control.client.attach(request), Self.text)
        }

        private var request: AttachRequest {
            let labels = Dictionary(label.map { ($0.key, $0.value) }) { first, _ in first }
            var request = AttachRequest(device: device, vm: vm, network: network, ip: ip)
            request.mode = mode
            request.netns = netns
            request.mac = mac
            request.labels = labels
            request.uplink = uplink
            request.vlan = vlan
            return request
        }

        private static func text(_ port: Port) -> String {
            let owner = port.vm.map { "vm \($0)" } ?? "uplink"
            let policies = port.governedBy.joined(separator: ", ")
            let end =
                port.stateReason ?? (policies.isEmpty ? "" : "governed by \(policies)")
            return "port \(port.number) \(port.device) attached: \(owner), "
                + "network \(port.network), \(port.modeText), "
                + "\(port.state.rawValue)\(end.isEmpty ? "" : ": \(end.printable)")\n"
        }
    }
}

/// A label on the command line: `KEY=VALUE`.
package struct LabelArgument: ExpressibleByArgument, Equatable, Sendable {
    package let key: String
    package let value: String

    /// Splits at the first `=`; nil without one, or without a key.
    package init?(argument: String) {
        guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else {
            return nil
        }
        key = String(argument[..<sign])
        value = String(argument[argument.index(after: sign)...])
    }
}
