import Glibc

/// A descriptor that text or bytes go to; unbuffered, so that a reader down the pipe sees each
/// piece at once.
struct Output: Sendable {
    /// Standard output.
    static let standard = Output(descriptor: STDOUT_FILENO)
    /// Standard error.
    static let error = Output(descriptor: STDERR_FILENO)

    let descriptor: CInt

    /// Whether a person is reading.
    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Writes all of `text`.
    func write(_ text: String) throws {
        try write(Array(text.utf8))
    }

    /// Writes all of `bytes`; throws ``OutputClosed`` when the reader has gone, and otherwise a
    /// ``CommandFailure``, as for a full disk.
    func write(_ bytes: [UInt8]) throws {
        var offset = 0
        while offset < bytes.count {
            let count = unsafe bytes[offset...].withUnsafeBytes { piece in
                unsafe Glibc.write(descriptor, piece.baseAddress, piece.count)
            }
            if count >= 0 {
                offset += count
            } else if errno == EPIPE {
                throw OutputClosed()
            } else if errno != EINTR {
                throw CommandFailure("cannot write the output: \(SystemReason())")
            }
        }
    }
}

/// The reader of our output has closed it: there is nobody left to tell.
struct OutputClosed: Error {}

/// Why the last system call failed, in words.
struct SystemReason: CustomStringConvertible {
    let description: String

    init(_ number: CInt = errno) {
        // SAFETY: strerror returns a string of the C library, which is copied here at once.
        description = unsafe String(cString: strerror(number))
    }
}
