import ControlAPI
import Packet

/// How an attached port stands at this moment: what the database does not know.
struct PortLink: Sendable {
    /// Numbers are below this: the data path has room for so many.
    static let numberLimit: UInt16 = 1_024

    /// Its number in the data path; it keeps it also while the device is missing.
    let number: PortNumber
    /// Why its device is not there; nil while the data path has it.
    var absence: Problem?

    /// Whether the data path has the device.
    var isPresent: Bool { absence == nil }
}
