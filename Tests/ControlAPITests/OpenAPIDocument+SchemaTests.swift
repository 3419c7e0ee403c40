import ControlAPI
import Foundation
import Testing

/// Holds each type of the interface against its schema, in both directions.
@Suite("The schemas of openapi.yaml")
struct OpenAPISchemaTests {
    @Test("there is a schema for each type, and a type for each schema")
    func names() throws {
        let enumerations = [
            "PortMode", "PortState", "Verdict", "CapturePoint", "OverlayKeyAction",
        ]
        let types = Set(SchemaSample.all.map(\.name) + enumerations)
        #expect(Set(try OpenAPITree().schemas.keys) == types)
    }

    @Test("a value comes back from JSON as it went", arguments: SchemaSample.all)
    func roundTrips(sample: SchemaSample) throws {
        #expect(try sample.roundTrips())
    }

    @Test("the properties are exactly the fields of the type", arguments: SchemaSample.all)
    func properties(sample: SchemaSample) throws {
        let schema = try #require(try OpenAPITree().schemas[sample.name])
        let properties = schema["properties"] as? [String: Any] ?? [:]
        #expect(Set(properties.keys) == Set(try sample.fields().keys))
    }

    @Test("required are exactly the fields without which it cannot be", arguments: SchemaSample.all)
    func required(sample: SchemaSample) throws {
        let schema = try #require(try OpenAPITree().schemas[sample.name])
        let needed = try sample.fields().keys.filter { try !sample.decodes(without: $0) }
        #expect(Set(schema["required"] as? [String] ?? []) == Set(needed))
    }

    @Test("exactly the requests refuse what they do not know", arguments: SchemaSample.all)
    func strictness(sample: SchemaSample) throws {
        let schema = try #require(try OpenAPITree().schemas[sample.name])
        let isStrict = schema["additionalProperties"] as? Bool == false
        #expect(try sample.decodesUnknownField() == !isStrict)
    }

    @Test("every schema and every property has a description")
    func descriptions() throws {
        for (name, schema) in try OpenAPITree().schemas {
            #expect(schema["description"] is String, "\(name)")
            for (field, property) in schema["properties"] as? [String: Any] ?? [:] {
                let description = (property as? [String: Any])?["description"]
                #expect(description is String, "\(name).\(field)")
            }
        }
    }

    @Test("each value is of the type that its schema says", arguments: SchemaSample.all)
    func types(sample: SchemaSample) throws {
        let validator = SchemaValidator(schemas: try OpenAPITree().schemas)
        let faults = validator.faults(
            try sample.fields(), ["$ref": "#/components/schemas/\(sample.name)"], sample.name)
        #expect(faults == [])
    }

    @Test("enumerations list their cases")
    func enumerations() throws {
        let schemas = try OpenAPITree().schemas
        let cases = schemas.compactMapValues { $0["enum"] as? [String] }
        #expect(cases["PortMode"] == PortMode.allCases.map(\.rawValue))
        #expect(cases["PortState"] == PortState.allCases.map(\.rawValue))
        #expect(cases["Verdict"] == Verdict.allCases.map(\.rawValue))
        #expect(cases["CapturePoint"] == CapturePoint.allCases.map(\.rawValue))
        #expect(cases["OverlayKeyAction"] == OverlayKeyAction.allCases.map(\.rawValue))
    }
}

/// Validates a JSON value against the few keywords of JSON Schema that `openapi.yaml` uses.
struct SchemaValidator {
    let schemas: [String: [String: Any]]

    /// Where and how `value` differs from `schema`; empty when it does not.
    func faults(_ value: Any, _ schema: [String: Any], _ path: String) -> [String] {
        if let reference = schema["$ref"] as? String {
            let name = reference.split(separator: "/").last.map(String.init) ?? ""
            guard let target = schemas[name] else { return ["\(path): no schema \(name)"] }
            return faults(value, target, path)
        }
        switch schema["type"] as? String {
        case "string": return stringFaults(value, schema, path)
        case "integer": return integerFaults(value, schema, path)
        case "boolean": return value is Bool ? [] : ["\(path): not a boolean"]
        case "array": return listFaults(value, schema, path)
        case "object": return objectFaults(value, schema, path)
        default: return ["\(path): the schema has no type"]
        }
    }

    private func stringFaults(_ value: Any, _ schema: [String: Any], _ path: String) -> [String] {
        guard let text = value as? String else { return ["\(path): not a string"] }
        guard let cases = schema["enum"] as? [String] else { return [] }
        return cases.contains(text) ? [] : ["\(path): \(text) is none of \(cases)"]
    }

    private func integerFaults(_ value: Any, _ schema: [String: Any], _ path: String) -> [String] {
        guard let number = value as? Int else { return ["\(path): not an integer"] }
        let least = schema["minimum"] as? Int ?? .min
        let most = schema["maximum"] as? Int ?? .max
        return least <= number && number <= most ? [] : ["\(path): \(number) is out of range"]
    }

    private func listFaults(_ value: Any, _ schema: [String: Any], _ path: String) -> [String] {
        guard let list = value as? [Any] else { return ["\(path): not a list"] }
        let items = schema["items"] as? [String: Any] ?? [:]
        return list.flatMap { faults($0, items, path + ".items") }
    }

    private func objectFaults(_ value: Any, _ schema: [String: Any], _ path: String) -> [String] {
        guard let object = value as? [String: Any] else { return ["\(path): not an object"] }
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        let other = schema["additionalProperties"] as? [String: Any]
        return object.flatMap { key, value in
            guard let schema = properties[key] ?? other else { return ["\(path): \(key) unknown"] }
            return faults(value, schema, "\(path).\(key)")
        }
    }
}
