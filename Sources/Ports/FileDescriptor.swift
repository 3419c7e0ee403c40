import Glibc

/// A descriptor that is closed when its owner is gone.
struct FileDescriptor: ~Copyable {
    /// The descriptor's number.
    let rawValue: CInt

    /// Takes over `rawValue`.
    init(_ rawValue: CInt) { self.rawValue = rawValue }

    deinit { close(rawValue) }
}
