import Foundation
import Testing

/// The folders say what Package.swift says.
@Suite struct LayoutTests {
    private func targets(_ pattern: String) throws -> [String] {
        let package = try Repository.text(of: "Package.swift")
        return package.matches(of: try Regex<(Substring, Substring)>(pattern))
            .map { String($0.output.1) }.sorted()
    }

    @Test("every folder of Sources is a target, and every target a folder with files")
    func sourcesAreTargets() throws {
        let pattern =
            #"\b(?:room|\.target|\.executableTarget|\.systemLibrary)\(\s*(?:name:\s*)?"(\w+)""#
        let benchmarks = Set(Repository.swiftFiles(below: "Benchmarks").map(\.room))
        #expect(
            try targets(pattern) == (Repository.names(in: "Sources") + benchmarks).sorted())
        for name in Repository.names(in: "Sources") {
            #expect(!Repository.names(in: "Sources/\(name)").isEmpty, "an empty room: \(name)")
        }
    }

    @Test("every test folder is a target, and every test target a folder")
    func testsAreTargets() throws {
        let folders = Repository.names(in: "Tests").filter { $0.hasSuffix("Tests") }
        #expect(try targets(#"testRoom\(\s*"(\w+)""#) == folders)
    }

    @Test("there are policies to learn from")
    func policiesExist() {
        let policies = Repository.paths(below: "policies", suffix: ".yaml")
        #expect(policies.contains("policies/three-tier.yaml"))
    }

    @Test(
        "what a newcomer reads exists",
        arguments: [
            "README.md", "ARCHITECTURE.md", "SPECIFICATION.md", "docs/policy-language.md",
            "docs/getting-started.md", "docs/threat-model.md", "docs/performance.md",
        ])
    func documentsExist(path: String) throws {
        #expect(try Repository.text(of: path).count > 500)
    }

    @Test("what a document points to exists")
    func linksLead() throws {
        let documents =
            ["README.md", "ARCHITECTURE.md", "SPECIFICATION.md"]
            + Repository.paths(below: "docs", suffix: ".md")
        for document in documents {
            for link in try Repository.text(of: document).matches(of: /\]\(([^)#:]+)(?:#[^)]*)?\)/)
            {
                let folder = document.contains("/") ? "docs/" + folderBelowDocs(document) : ""
                let path = Repository.root + "/" + folder + link.output.1
                let exists = FileManager.default.fileExists(atPath: path)
                #expect(exists, "\(document) points to \(link.output.1)")
            }
        }
    }

    private func folderBelowDocs(_ document: String) -> String {
        let folders = document.split(separator: "/").dropFirst().dropLast()
        return folders.map { $0 + "/" }.joined()
    }
}
