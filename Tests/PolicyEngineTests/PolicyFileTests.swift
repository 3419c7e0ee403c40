import Foundation
import Packet
import PolicyEngine
import Testing

@Suite struct PolicyFileTests {
    private static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("policies")

    private func examples() throws -> [PolicyFile] {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
        return try names.filter { $0.hasSuffix(".yaml") }.map { name in
            let text = try String(
                contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
            return try policy(text, path: "policies/\(name)")
        }
    }

    @Test("every example compiles, alone and with the others")
    func examplesCompile() throws {
        let examples = try examples()
        #expect(examples.count >= 4)
        for example in examples { _ = try PolicyCompiler.compile([example], try shop()) }
        let all = try PolicyCompiler.compile(examples, try shop())
        #expect(all.files.map(\.tier) == all.files.map(\.tier).sorted())
    }

    @Test(
        "the demo's policy lets through what the demo shows, and stops what it shows",
        arguments: [
            ("web1", "db1", "pg", "allow by shop/#2, logged"),
            ("ops1", "db1", "tcp/22", "allow by shop/#3"),
            ("ops1", "web1", "icmp/echo", "allow by shop/#3"),
            ("web1", "db1", "tcp/22", "deny by shop/no-ssh, logged"),
            ("ops1", "db1", "pg", "deny by shop/default, logged"),
            ("192.0.2.9", "web1", "http", "allow by shop/#1"),
            ("192.0.2.9", "web1", "tcp/443", "deny by shop/default, logged"),
            ("web1", "192.0.2.9", "tcp/443", "deny by shop/default, logged"),
        ])
    func demoDecides(from: String, to: String, service: String, expected: String) throws {
        let files = try examples().filter { $0.name.value == "shop" }
        let compiled = try PolicyCompiler.compile(files, try shop())
        for answer in try compiled.explain(from: from, to: to, service: service) {
            let rule = compiled.rule(answer.verdict.rule).name
            let text = "\(answer.verdict.action) by \(rule)"
            #expect(text + (answer.verdict.isLogged ? ", logged" : "") == expected)
        }
    }
}
