import Foundation
import Packet
import PolicyEngine
import Testing

/// The JSON Schema for editors says what the reader says, as far as patterns can.
@Suite struct PolicyFileSchemaTests {
    private static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private typealias JSON = [String: Any]

    private func schema() throws -> JSON {
        let data = try Data(
            contentsOf: Self.root.appendingPathComponent("docs/policy.schema.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? JSON)
    }

    private func properties() throws -> [String: JSON] {
        try #require(try schema()["properties"] as? [String: JSON])
    }

    /// What a definition refers to.
    private func resolved(_ definition: JSON) throws -> JSON {
        guard let reference = definition["$ref"] as? String else { return definition }
        let name = reference.replacing("#/$defs/", with: "")
        let definitions = try #require(try schema()["$defs"] as? [String: JSON])
        return try #require(definitions[name], "\(reference)")
    }

    private func matches(_ text: String, _ definition: JSON) throws -> Bool {
        let definition = try resolved(definition)
        if let values = definition["enum"] as? [String], !values.contains(text) { return false }
        if let other = definition["not"] as? JSON, try matches(text, other) { return false }
        guard let pattern = definition["pattern"] as? String else { return true }
        return text.range(of: pattern, options: .regularExpression) != nil
    }

    /// The faults of one part of a file, as a validator would find them.
    private func faults(_ frame: YAMLFrame, _ definition: JSON, _ path: String) throws -> [String] {
        let type = try resolved(definition)["type"] as? String
        switch frame {
        case .text(let text):
            let isRight = try type == "string" && matches(text.string, definition)
            return isRight ? [] : ["\(path): `\(text.string)`"]
        case .list(let items, _):
            guard type == "array", let item = definition["items"] as? JSON else {
                return ["\(path): a list"]
            }
            return try items.flatMap { try faults($0, item, path) }
        case .mapping(let pairs, _):
            guard type == "object" else { return ["\(path): a mapping"] }
            return try pairs.flatMap { key, value -> [String] in
                let known = (definition["properties"] as? JSON)?[key.string] as? JSON
                guard let next = known ?? definition["additionalProperties"] as? JSON else {
                    return ["\(path): unknown key `\(key.string)`"]
                }
                let names = definition["propertyNames"] as? JSON ?? [:]
                let isNamed = try known != nil || matches(key.string, names)
                return try (isNamed ? [] : ["\(path): the name `\(key.string)`"])
                    + faults(value, next, "\(path)/\(key.string)")
            }
        }
    }

    @Test("the schema has the keys that the reader knows, and no others")
    func hasTheKeys() throws {
        let schema = try schema()
        #expect(try Set(properties().keys) == Set(PolicyFile.keys))
        #expect(schema["additionalProperties"] as? Bool == false)
        #expect(schema["required"] as? [String] == ["policy", "for"])
        #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        for name in PolicyFile.keys where name != "policy" && name != "for" {
            let frame = "policy: x\nfor: any\n\(name): 1: 2\n"
            #expect(throws: PolicyErrors.self) { try policy(frame) }
        }
    }

    @Test("the schema has the tiers and modes of the reader")
    func hasTheWords() throws {
        let words = { (key: String) in try properties()[key]?["enum"] as? [String] }
        #expect(try words("tier") == PolicyTier.allCases.map(\.rawValue))
        #expect(try words("mode") == PolicyMode.allCases.map(\.rawValue))
    }

    @Test("the words that the reader reserves are no names in the schema")
    func reservesWords() throws {
        let key = try #require(try properties()["groups"]?["propertyNames"] as? JSON)
        for word in PolicyFile.reservedWords {
            #expect(try !matches(word, key), "\(word)")
            #expect(!entryFaults("groups", "\(word): vm x").isEmpty)
        }
        let other = try #require(try resolved(key)["not"] as? [String: [String]])
        #expect(Set(other["enum"] ?? []) == PolicyFile.reservedWords)
    }

    @Test("every example has the shape and the sentences of the schema")
    func examplesFit() throws {
        let folder = Self.root.appendingPathComponent("policies")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".yaml") }
        #expect(names.count >= 6)
        let schema = try schema()
        for name in names {
            let text = try String(
                contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            let (frame, _) = try StrictYAML.read(PolicySource(path: name, text: text), .policy)
            #expect(try faults(frame, schema, name) == [])
        }
    }

    @Test("every random policy has the shape and the sentences of the schema")
    func randomPoliciesFit() throws {
        let schema = try schema()
        for seed in 0..<100 as Range<UInt64> {
            var draw = RandomPolicy(random: SeededRandom(seed: seed))
            let source = PolicySource(path: "seed \(seed)", text: draw.text("p0"))
            let (frame, _) = try StrictYAML.read(source, .policy)
            #expect(try faults(frame, schema, source.path) == [])
        }
    }

    @Test(
        "what neither the reader nor the schema takes",
        arguments: [
            ("rules", "permit web -> db"), ("rules", "allow web db"), ("rules", "allow -> db"),
            ("rules", "allow web -> db -> web"), ("rules", "allow web -> db log twice"),
            ("rules", "allow web -> db until tomorrow"), ("rules", "allow web -> db limit 5"),
            ("rules", "allow web -> db limit 0/s"), ("rules", "allow label a -> db"),
            ("rules", "allow label a in b -> db"), ("rules", "allow web, -> db"),
            ("rules", "allow web except -> db"), ("rules", "allow cidr x -> any"),
            ("rules", "allow any -> any on tcp/"), ("rules", "allow any -> any on tcp/1-"),
            ("never", "deny any -> any"), ("never", "any -> any log"), ("never", "any"),
            ("tests", "vm a -> vm b => allow"), ("tests", "vm a -> vm b on tcp/1"),
            ("tests", "any -> vm b on tcp/1 => allow"), ("tests", "web -> vm b on tcp/1 => deny"),
            ("tests", "vm a -> vm b on tcp/1 => pass"), ("default", "deny twice"),
            ("default", "drop"), ("for", "label a="), ("policy", "a b"), ("tier", "first"),
            ("mode", "dry"),
        ])
    func refusesTheSame(key: String, sentence: String) throws {
        let definition = try #require(try properties()[key])
        let isList = definition["type"] as? String == "array"
        let line = isList ? "\(key):\n- \(sentence)\n" : "\(key): \(sentence)\n"
        let rest = ["policy: x\n", "for: any\n"].filter { !$0.hasPrefix("\(key):") }.joined()
        #expect(throws: PolicyErrors.self) { try policy(rest + line) }
        let sentences = isList ? definition["items"] as? JSON : definition
        #expect(try !matches(sentence, try #require(sentences)))
    }
}
