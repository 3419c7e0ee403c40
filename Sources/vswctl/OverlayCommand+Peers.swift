import ArgumentParser
import ControlAPI

extension OverlayCommand {
    /// `vswctl overlay peers`
    struct Peers: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show how every other host stands.",
            discussion: """
                HANDSHAKE is how long ago keys were agreed on, HEARD how long ago anything \
                authentic came. Below stand the frames from and to all hosts that were dropped, \
                by reason.

                Examples:
                  vswctl overlay peers
                  vswctl overlay peers --json | jq '.peers[] | select(.state != "established")'
                """)

        @OptionGroup var control: ControlOptions

        func run() async throws {
            try control.show(try await control.client.overlayPeers(), Self.text)
        }

        private static func text(_ list: OverlayPeerList) -> String {
            guard !list.peers.isEmpty else {
                return "the directory has no other host: apply one with vswctl directory apply\n"
            }
            var table = Table([
                "HOST", "STATE", "ENDPOINT", "ADDRESS", "HANDSHAKE", "HEARD", "PATH-MTU",
                "SESSIONS", "RX-BYTES", "TX-BYTES", "VMS",
            ])
            for peer in list.peers {
                table.add([
                    peer.host, peer.state, peer.endpoint, peer.address,
                    age(peer.handshakeSeconds), age(peer.receivedSeconds), "\(peer.pathMTU)",
                    "\(peer.sessions)", "\(peer.traffic.receivedBytes)",
                    "\(peer.traffic.sentBytes)", "\(peer.vms)",
                ])
            }
            return table.description + drops(list.dropped)
        }

        private static func age(_ seconds: Int?) -> String {
            seconds.map { "\(DurationText(seconds: $0))" } ?? "never"
        }

        private static func drops(_ dropped: [String: UInt64]) -> String {
            dropped.sorted { $0.key < $1.key }.map { "dropped \($0.key): \($0.value)\n" }.joined()
        }
    }

    /// `vswctl overlay mtu [HOST]`
    struct MTU: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "mtu",
            abstract: "Explain every MTU on the way to a host, or to each.",
            discussion: """
                From the MTU of the way to the host down to that of its guests, and the largest \
                TCP segments that fit.

                Example:
                  vswctl overlay mtu hv2
                """)

        @Argument(help: "The host; without it every one.") var host: String?
        @OptionGroup var control: ControlOptions

        func run() async throws {
            try control.show(try await control.client.overlayMTU(host: host)) { list in
                list.hosts.map(Self.text).joined(separator: "\n")
            }
        }

        private static func text(_ derivation: OverlayMTUDerivation) -> String {
            let (path, guest) = (derivation.path, derivation.guest)
            let heading = "to \(derivation.host): path \(path), guests \(guest)"
            return heading.printable + "\n" + derivation.lines.map { "\($0.printable)\n" }.joined()
        }
    }
}
