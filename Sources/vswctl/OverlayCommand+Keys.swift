import ArgumentParser
import ControlAPI

extension OverlayCommand {
    /// `vswctl overlay keygen [--rotate | --retire]`
    struct Keygen: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make this host's key, and print its public half.",
            discussion: """
                The daemon makes the key and keeps it in its state directory, readable for nobody \
                else; it is never printed, and never overwritten.

                To replace a key without loss: --rotate makes a new one; write `public-keys: [NEW, \
                OLD]` into the directory and apply it on every other host, then on this one; at \
                last --retire destroys the old one.

                Examples:
                  vswctl overlay keygen
                  vswctl overlay keygen --rotate
                  vswctl overlay keygen --retire
                """)

        @Flag(help: "Make a new key beside the present one, which stays accepted.")
        var rotate = false
        @Flag(help: "Destroy the former key after a rotation.")
        var retire = false
        @OptionGroup var control: ControlOptions

        func validate() throws {
            if rotate && retire { throw ValidationError("--rotate and --retire are two steps.") }
        }

        func run() async throws {
            let action: OverlayKeyAction = rotate ? .rotate : retire ? .retire : .generate
            try control.show(try await control.client.changeOverlayKey(action), KeyText.text)
        }
    }

    /// `vswctl overlay pubkey`
    struct Pubkey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print this host's public key, as `wg pubkey` would.")

        @OptionGroup var control: ControlOptions

        func run() async throws {
            try control.show(try await control.client.overlayKey(), KeyText.text)
        }
    }
}

/// Keys as people copy them: the public key alone on its line.
private enum KeyText {
    static func text(_ key: OverlayKey) -> String { "\(key.publicKey.printable)\n" }
}
