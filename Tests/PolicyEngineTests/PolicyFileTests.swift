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

    @Test("every example holds its tests, alone and with the others, without a remark")
    func examplesCompile() throws {
        let examples = try examples()
        #expect(examples.count >= 6)
        let universe = try exampleUniverse()
        for example in examples {
            #expect(!example.invariants.isEmpty && !example.tests.isEmpty, "\(example.name.value)")
            let compiled = try PolicyCompiler.compile([example], universe)
            #expect(compiled.warnings.map(\.description) == [])
        }
        let all = try PolicyCompiler.compile(examples, universe)
        #expect(all.files.map(\.tier) == all.files.map(\.tier).sorted())
        #expect(all.warnings.map(\.description) == [])
    }

    @Test("no example lets through what its `never` forbids")
    func examplesKeepTheirPromises() throws {
        let examples = try examples()
        let naive = NaiveInterpreter(
            files: examples, endpoints: try exampleUniverse().endpoints)
        let strangers = try [
            "192.0.2.1", "10.99.0.5", "10.20.99.7", "203.0.113.20", "2001:db8::1", "fd00:1::1",
        ].map { NaiveInterpreter.Who(endpoint: nil, address: try ip($0)) }
        let people =
            naive.endpoints.flatMap { endpoint in
                endpoint.ownedAddresses.map { NaiveInterpreter.Who(endpoint, $0) }
            } + strangers
        for file in examples {
            let services = edges(of: examples.filter { $0.tier == file.tier })
            for never in file.invariants {
                for from in people where naive.names(never.senders, file, from) {
                    for to in people where naive.names(never.receivers, file, to) {
                        for service in services
                        where naive.covers(never.services, service, file)
                            && naive.passes(from, to, service)
                        {
                            Issue.record("\(never.text): \(from) \(to) \(service)")
                        }
                    }
                }
            }
        }
    }

    /// The services at which a rule of `files` may change its mind.
    private func edges(of files: [PolicyFile]) -> [ServiceKey] {
        let terms = files.flatMap { file in
            (file.rules.flatMap(\.services) + file.services.flatMap(\.terms)
                + file.invariants.flatMap(\.services)).map(\.value)
        }
        let numbers = terms.flatMap { term -> [UInt32] in
            guard case .range(let range) = term else { return [] }
            return [range.first.rawValue, range.last.rawValue &+ 1]
        }
        return Set(numbers + [0]).map { ServiceKey(rawValue: $0) }
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
