import ControlAPI
import Packet

/// How an attached port stands at this moment: what the database does not know.
struct PortLink: Sendable {
    /// Its number in the data path; it keeps it also while the device is missing.
    let number: PortNumber
    /// Why its device is not there; nil while the data path has it.
    var absence: Problem?

    /// Whether the data path has the device.
    var isPresent: Bool { absence == nil }
}
