import Glibc
import Packet

/// The socket toward other hosts could not be opened. Says where, why and what to do.
package struct UnderlayError: Error, Hashable, Sendable {
    /// Where it should have listened.
    package let address: UnderlayAddress
    /// Why it failed.
    package let reason: Reason
    /// The number that the failed system call gave; 0 when none was involved.
    package let errno: CInt

    /// A failure for a reason that is known.
    package init(_ address: UnderlayAddress, _ reason: Reason, errno: CInt = 0) {
        self.address = address
        self.reason = reason
        self.errno = errno
    }

    /// The failure of `step`, a system call.
    package init(_ address: UnderlayAddress, step: String, errno: CInt) {
        self.init(address, Reason(step: step, errno: errno), errno: errno)
    }
}

extension UnderlayError {
    /// Why it failed.
    package enum Reason: Hashable, Sendable {
        /// Another socket has the port.
        case addressInUse
        /// No device of this host has the address.
        case addressNotLocal
        /// No socket can have such an address: a group, broadcast, or one of a link.
        case addressUnsuited
        /// The host's kernel does not speak this family.
        case noFamily
        /// The process may not do that.
        case noPrivilege
        /// `step`, a system call, failed.
        case system(step: String)

        /// What `errno` means for a socket that is opened.
        init(step: String, errno: CInt) {
            switch errno {
            case EADDRINUSE: self = .addressInUse
            case EADDRNOTAVAIL: self = .addressNotLocal
            case EAFNOSUPPORT: self = .noFamily
            case EPERM, EACCES: self = .noPrivilege
            default: self = .system(step: step)
            }
        }
    }
}

extension UnderlayError: CustomStringConvertible {
    /// One sentence: where it failed, and why.
    package var description: String {
        let system = errno == 0 ? "" : " (\(PortError.text(errno)))"
        return "cannot listen on \(address): \(why)\(system)"
    }

    /// What to do about it, in one sentence.
    package var hint: String {
        switch reason {
        case .addressInUse:
            "Find who has the port with 'ss -ulpn', stop it, or listen on another port."
        case .addressNotLocal:
            "List this host's addresses with 'ip addr', or listen on 0.0.0.0 or [::]."
        case .addressUnsuited: "Listen on a unicast address of this host, on 0.0.0.0 or on [::]."
        case .noFamily: "Listen on an IPv4 address, or load the kernel's IPv6."
        case .noPrivilege: "Run vswitchd as root, or listen on a port above 1023."
        case .system: "See the reason; 'dmesg' may say more."
        }
    }

    private var why: String {
        switch reason {
        case .addressInUse: "another socket has this address and port"
        case .addressNotLocal: "no device of this host has this address"
        case .addressUnsuited: "no socket can have this address"
        case .noFamily: "this kernel has no IPv6"
        case .noPrivilege: "the daemon lacks the privilege"
        case .system(let step): step.isEmpty ? "the system refused" : "\(step) failed"
        }
    }
}
