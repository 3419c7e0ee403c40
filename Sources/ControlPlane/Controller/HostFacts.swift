import ControlAPI
import Glibc

/// Who this daemon is; does not change while it runs.
package struct HostFacts: Sendable {
    /// The version of this program.
    package static let version = Product.version

    /// The host's name, as logs, captures and generated MAC addresses know it.
    package let name: String
    /// The directory that holds the state.
    package let stateDirectory: String
    /// How this host meets others; nil when it does not.
    package var overlay: OverlaySettings?
    /// When the daemon started.
    package let started = ContinuousClock.now

    /// A daemon of this name with its state in `stateDirectory`.
    package init(name: String, stateDirectory: String) {
        self.name = name
        self.stateDirectory = stateDirectory
    }

    /// The name the machine has given itself.
    package static var machineName: String {
        var name = utsname()
        guard unsafe uname(&name) == 0 else { return "localhost" }
        return unsafe withUnsafeBytes(of: &name.nodename) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
