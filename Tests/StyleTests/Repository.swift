import Foundation

/// The files of this repository, found from the place of this file.
enum Repository {
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    static func text(of path: String) throws -> String {
        try String(contentsOfFile: root + "/" + path, encoding: .utf8)
    }

    /// The names in a folder, sorted; none when there is no such folder.
    static func names(in folder: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: root + "/" + folder)
        return (names ?? []).sorted()
    }

    /// The paths below a folder that end in `suffix`, sorted.
    static func paths(below folder: String, suffix: String) -> [String] {
        let found = FileManager.default.enumerator(atPath: root + "/" + folder)
        let names = found.map { $0.compactMap { $0 as? String } } ?? []
        return names.filter { $0.hasSuffix(suffix) }.map { folder + "/" + $0 }.sorted()
    }

    /// Every Swift file of ours, split once for all checks.
    private static let swiftFiles = ["Sources", "Tests", "Benchmarks"]
        .flatMap { paths(below: $0, suffix: ".swift") }
        .map { SourceFile(path: $0, text: (try? text(of: $0)) ?? "") }

    static func swiftFiles(below folders: String...) -> [SourceFile] {
        swiftFiles.filter { file in folders.contains { file.path.hasPrefix($0 + "/") } }
    }
}

/// A broken rule, and where.
struct Violation: CustomStringConvertible, Equatable {
    let path: String
    /// Counted from 1; 0 stands for the whole file.
    let line: Int
    let sentence: String

    var description: String { line > 0 ? "\(path):\(line): \(sentence)" : "\(path): \(sentence)" }
}

extension Array where Element == Violation {
    /// One line for each, as a test prints it.
    var report: String { "\n" + map(\.description).joined(separator: "\n") }
}
