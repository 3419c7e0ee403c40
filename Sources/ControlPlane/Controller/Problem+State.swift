import ControlAPI

extension Problem {
    /// The problem document for a change that could not be written down; nothing was changed.
    package init(_ error: StateError) {
        self.init(.failed, "\(error).")
    }

    /// The problem document for a port that does not exist; `devices` are those of the VM of that
    /// name, if somebody took it for a device.
    static func noPort(_ device: String, ofVM devices: [String] = []) -> Problem {
        Problem(
            .notFound, "No port is attached on device '\(device)'.", field: "device",
            hint: devices.isEmpty
                ? "List the ports with 'vswctl port list'."
                : "The VM '\(device)' is on \(devices.joined(separator: ", ")).")
    }

    /// The problem document for a network that does not exist.
    static func noNetwork(_ name: String, field: String) -> Problem {
        Problem(
            .notFound, "There is no network '\(name)'.", field: field,
            hint: "List the networks with 'vswctl network list', or add one.")
    }
}
