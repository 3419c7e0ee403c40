import ControlAPI
import Foundation
import Glibc

/// Reads the policy files that a command names; the daemon is sent their texts.
package struct PolicyFiles {
    private let paths: [String]

    /// The files of `paths`: a file, or a directory, which stands for its `*.yaml` by name.
    package init(_ paths: [String]) {
        self.paths = paths
    }

    /// The request that carries them; throws a sentence that names the file at fault.
    package func request() throws -> PolicyRequest {
        let files = try paths.flatMap(Self.expand)
        return PolicyRequest(files: try files.map(Self.read))
    }

    private static func expand(_ path: String) throws -> [String] {
        var isDirectory: ObjCBool = false
        guard
            unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
            isDirectory.boolValue
        else { return [path] }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw CommandFailure("cannot list the directory \(path): is it readable?")
        }
        let policies = names.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }.sorted()
        guard !policies.isEmpty else {
            throw CommandFailure("there is no *.yaml file in \(path); name the policy files")
        }
        let folder = path.hasSuffix("/") ? path : path + "/"
        return policies.map { folder + $0 }
    }

    private static func read(_ path: String) throws -> PolicyFileText {
        let bytes = try contents(path)
        guard bytes.count <= PolicyFileText.byteCountMax else {
            throw CommandFailure("\(path) is larger than 1 MiB; split the policy into files")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("\(path) is not UTF-8 text; a policy file is YAML")
        }
        return PolicyFileText(path: path, text: text)
    }

    /// The file's bytes; one more than the limit at most, which tells a file that is too large.
    private static func contents(_ path: String) throws -> [UInt8] {
        // SAFETY: the path's C string lives through the call, which does not keep it.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure("cannot read \(path): \(SystemReason())")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= PolicyFileText.byteCountMax {
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
