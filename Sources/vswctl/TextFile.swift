import ControlAPI
import Glibc

/// A file that a command names; the daemon is sent its text.
package struct TextFile {
    private let path: String
    private let kind: String

    /// The file at `path`; `kind` says what it should hold, as `a policy`.
    package init(_ path: String, of kind: String) {
        self.path = path
        self.kind = kind
    }

    /// The file's text; throws a sentence that names the file and what is wrong with it.
    package func text(upTo byteCountMax: Int) throws -> String {
        let bytes = try contents(upTo: byteCountMax)
        guard bytes.count <= byteCountMax else {
            throw CommandFailure(
                "\(path) is larger than \(byteCountMax >> 20) MiB; \(kind) should be shorter")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("\(path) is not UTF-8 text; \(kind) is YAML")
        }
        return text
    }

    /// The file's bytes; one more than the limit at least, if there are so many, which tells a file
    /// that is too large.
    private func contents(upTo byteCountMax: Int) throws -> [UInt8] {
        // SAFETY: the path's C string lives through the call, which does not keep it.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure("cannot read \(path): \(SystemReason())")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= byteCountMax {
            let count = unsafe piece.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            }
            if count == 0 { break }
            guard count > 0 else {
                throw CommandFailure("cannot read \(path): \(SystemReason())")
            }
            bytes.append(contentsOf: piece[..<count])
        }
        return bytes
    }
}
