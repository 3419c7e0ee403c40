import ArgumentParser
import ControlAPI

/// `vswctl overlay …`
struct OverlayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "overlay",
        abstract: "The encrypted way to other hosts.",
        discussion: """
            Whatever goes from host to host is encrypted and authenticated; there is no plaintext \
            mode. Which hosts there are says the directory (vswctl directory --help). A host takes \
            part when its configuration has the section `overlay:` and a key was made.

            Examples:
              vswctl overlay keygen
              vswctl overlay pubkey
              vswctl overlay peers
              vswctl overlay export-wg hv3 > join-hv3.sh
            """,
        subcommands: [
            Show.self, Keygen.self, Pubkey.self, Peers.self, MTU.self, Rekey.self, ExportWG.self,
            ProtectHost.self,
        ])

    func run() async throws {
        throw ValidationError(
            "say what to do: show, keygen, pubkey, peers, mtu, rekey, export-wg or protect-host; "
                + "see vswctl overlay --help")
    }
}

extension OverlayCommand {
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show how this host meets the others.")

        @OptionGroup var control: ControlOptions

        func run() async throws {
            try control.show(try await control.client.overlay(), Self.text)
        }

        private static func text(_ overlay: OverlayReport) -> String {
            let reason = overlay.reason.map { "no: \($0)" }
            let fields = Table.fields([
                ("running", overlay.running ? "yes" : reason ?? "no"),
                ("listen", overlay.listen), ("address", overlay.address),
                ("underlay mtu", "\(overlay.underlayMTU)"), ("host port", overlay.hostPort),
                ("public keys", overlay.publicKeys.joined(separator: ", ")),
                ("hosts", "\(overlay.hosts), \(overlay.established) established"),
                ("remote vms", "\(overlay.vms)"),
            ])
            return fields.description + "\n" + CounterText.detail(overlay.counters)
        }
    }

    struct Rekey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Agree on new session keys with a host now, or with every host.",
            discussion: """
                Sessions change their keys by themselves every two minutes; traffic goes on \
                meanwhile.

                Examples:
                  vswctl overlay rekey
                  vswctl overlay rekey hv2
                """)

        @Argument(help: "The host; without it every one.") var host: String?
        @OptionGroup var control: ControlOptions

        func run() async throws {
            let reply = try await control.client.rekey(RekeyRequest(host: host))
            try control.show(reply) { reply in
                guard !reply.hosts.isEmpty else { return "there is no other host\n" }
                return reply.hosts.map { "handshake with \($0) begun\n" }.joined()
            }
        }
    }

    struct ExportWG: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export-wg",
            abstract: "Print what a plain Linux host runs to join.",
            discussion: """
                A shell script: WireGuard (of the kernel, or wireguard-go) and one VXLAN device \
                for each network in which the directory lists VMs on that host. No private key is \
                in it.

                Example:
                  vswctl overlay export-wg hv3 | ssh root@hv3 sh
                """)

        @Argument(help: "The host, as in the directory.") var host: String
        @OptionGroup var control: ControlOptions

        func run() async throws {
            try control.show(try await control.client.exportWireGuard(host)) { $0.script }
        }
    }

    struct ProtectHost: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "protect-host",
            abstract: "Print rules that keep the hosts' services off the physical network.",
            discussion: """
                Live migration, high availability and storage replication use the hosts' overlay \
                addresses. These nftables rules stop them elsewhere, so that one that is set up \
                wrongly fails instead of crossing the wire in clear.

                Examples:
                  vswctl overlay protect-host | nft -f -
                  vswctl overlay protect-host --device eth0 --device eth1 > /etc/nftables.d/vsw.nft
                """)

        @Option(
            help: ArgumentHelp(
                "A physical device; repeat it for several. (default: all but the overlay's)",
                valueName: "nic"))
        var device: [String] = []
        @OptionGroup var control: ControlOptions

        func run() async throws {
            try control.show(try await control.client.protectHost(device)) { $0.rules }
        }
    }
}
