import Glibc

/// The version of a kernel, for what can be asked of single devices only.
package struct KernelRelease: Comparable, Sendable {
    /// `6` of 6.2.
    let major: Int
    /// `2` of 6.2.
    let minor: Int

    /// The first that takes UDP super-frames from TAP devices and packet sockets
    /// (VIRTIO_NET_HDR_GSO_UDP_L4).
    package static let udpSuperFrames = KernelRelease(major: 6, minor: 2)

    /// The kernel that runs here (uname(2)).
    package static var running: KernelRelease {
        var name = utsname()
        guard unsafe uname(&name) == 0 else { return KernelRelease("") }
        let release = unsafe withUnsafeBytes(of: &name.release) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return KernelRelease(release)
    }

    init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// What `6.1.0-28-amd64` says; 0.0 when it says nothing.
    package init(_ text: String) {
        let numbers = text.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        self.init(major: numbers.first ?? 0, minor: numbers.count > 1 ? numbers[1] : 0)
    }

    package static func < (one: KernelRelease, other: KernelRelease) -> Bool {
        (one.major, one.minor) < (other.major, other.minor)
    }
}
