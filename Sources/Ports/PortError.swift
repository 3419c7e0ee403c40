import Glibc

/// Something about a port's device did not work. Says what, where, why and what to do.
public struct PortError: Error, Hashable, Sendable {
    /// What was tried.
    public let operation: Operation
    /// The device, as the user named it.
    public let device: String
    /// Why it failed.
    public let reason: Reason
    /// The number that the failed system call gave; 0 when none was involved.
    public let errno: CInt

    /// A failure for a reason that is known.
    public init(_ operation: Operation, _ device: String, _ reason: Reason, errno: CInt = 0) {
        self.operation = operation
        self.device = device
        self.reason = reason
        self.errno = errno
    }

    /// A failed system call; the reason follows from `errno`.
    public init(_ operation: Operation, _ device: String, errno: CInt) {
        self.init(operation, device, Reason(errno: errno), errno: errno)
    }
}

extension PortError {
    /// What was tried; the raw value completes "cannot …".
    public enum Operation: String, Sendable {
        /// Reading a name from the user.
        case name = "use the name"
        /// Asking the kernel about the device.
        case inspect = "inspect"
        /// Making or opening a TAP device.
        case openTAP = "open the TAP device"
        /// Making or opening the TUN device of the host.
        case openTUN = "open the TUN device"
        /// Opening a packet socket.
        case openPacketSocket = "open a packet socket on"
        /// Setting address, MTU, namespace or state.
        case configure = "configure"
        /// Cutting the host's network stack off.
        case isolate = "cut the host off from"
        /// Entering a network namespace.
        case enterNamespace = "enter the network namespace of"
        /// Undoing what attaching did.
        case detach = "detach"
    }

    /// Why it failed.
    public enum Reason: Hashable, Sendable {
        /// The name cannot be that of a device.
        case invalidName
        /// No device has that name.
        case unknownDevice
        /// A device of that name is there already.
        case deviceExists
        /// Another program holds the device.
        case busy
        /// The process may not do that.
        case noPrivilege
        /// There is no network namespace of that name.
        case namespaceMissing(String)
        /// The device's MTU and its network's differ.
        case mtuMismatch(device: Int, network: Int)
        /// It is no Ethernet device.
        case notEthernet
        /// It is not a TAP device.
        case notTAP
        /// The device has an ingress queueing discipline of a kind that leaves no room for ours.
        case ingressTaken
        /// `step`, a system call, failed.
        case system(step: String)

        /// What `errno` means for a device in general.
        init(errno: CInt) {
            switch errno {
            case EPERM, EACCES: self = .noPrivilege
            case EBUSY: self = .busy
            case EEXIST: self = .deviceExists
            case ENODEV, ENXIO: self = .unknownDevice
            default: self = .system(step: "")
            }
        }
    }

    /// The system's text for `errno`.
    static func text(_ errno: CInt) -> String { unsafe String(cString: strerror(errno)) }
}
