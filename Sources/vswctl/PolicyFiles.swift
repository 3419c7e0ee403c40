import ControlAPI
import Foundation

/// Reads the policy files that a command names; the daemon is sent their texts.
package struct PolicyFiles {
    private let paths: [String]

    /// The files of `paths`: a file, or a directory, which stands for its `*.yaml` and `*.yml` by
    /// name.
    package init(_ paths: [String]) {
        self.paths = paths
    }

    /// Their texts; throws a sentence that names the file at fault.
    package func texts() throws -> [PolicyFileText] {
        try paths.flatMap(Self.expand).map(Self.read)
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
        let policies = names.filter { name in
            [".yaml", ".yml"].contains { name.hasSuffix($0) } && !name.hasPrefix(".")
        }.sorted()
        guard !policies.isEmpty else {
            throw CommandFailure(
                "there is no *.yaml or *.yml file in \(path); name the policy files")
        }
        let folder = path.hasSuffix("/") ? path : path + "/"
        return policies.map { folder + $0 }
    }

    private static func read(_ path: String) throws -> PolicyFileText {
        let text = try TextFile(path, of: "a policy file").text(upTo: PolicyFileText.byteCountMax)
        return PolicyFileText(path: path, text: text)
    }
}
