import Foundation
import PolicyEngine
import Testing

/// The cookbook's policies are true.
@Suite struct PolicyFileCookbookTests {
    private static let cookbook = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("docs/policy-cookbook.md")

    /// The blocks of YAML, with the heading that each stands below.
    private func recipes() throws -> [(task: String, text: String)] {
        let text = try String(contentsOf: Self.cookbook, encoding: .utf8)
        return text.split(separator: "\n## ").dropFirst().map { section in
            let parts = section.split(separator: "```yaml\n", maxSplits: 1)
            let body = parts.count > 1 ? parts[1].split(separator: "```")[0] : ""
            return (String(section.prefix { $0 != "\n" }), String(body))
        }
    }

    @Test("every recipe compiles, holds its tests, and every rule of it decides something")
    func recipesCompile() throws {
        let recipes = try recipes()
        #expect(recipes.count >= 12)
        for (task, text) in recipes {
            let compiled = try PolicyCompiler.compile(
                [try policy(text, path: task)], try exampleUniverse())
            #expect(compiled.warnings.map(\.description) == [], "\(task)")
        }
    }

    @Test("the reference's own example compiles")
    func referenceCompiles() throws {
        let reference = Self.cookbook.deletingLastPathComponent()
            .appendingPathComponent("policy-language.md")
        let text = try String(contentsOf: reference, encoding: .utf8)
        let blocks = text.split(separator: "```yaml\n").dropFirst().map {
            String($0.split(separator: "```")[0])
        }
        #expect(!blocks.isEmpty)
        for block in blocks {
            let universe = PolicyUniverse(endpoints: [
                try PolicyEndpoint("web1 app=shop role=web", 1),
                try PolicyEndpoint("db1 app=shop role=db env=prod", 2),
            ])
            let compiled = try PolicyCompiler.compile([try policy(block)], universe)
            #expect(compiled.warnings.map(\.description) == [])
        }
    }
}
