import ControlAPI
import Testing
import Yams

/// `openapi.yaml` as a tree, with the questions that the tests ask of it.
struct OpenAPITree {
    let root: [String: Any]

    init() throws {
        root = try #require(try Yams.load(yaml: OpenAPIDocument.text) as? [String: Any])
    }

    /// The object at a path of keys; empty where there is none.
    func object(_ path: String...) -> [String: Any] {
        path.reduce(root) { ($0[$1] as? [String: Any]) ?? [:] }
    }

    var schemas: [String: [String: Any]] {
        object("components", "schemas").compactMapValues { $0 as? [String: Any] }
    }

    /// Every operation, by `METHOD /path`.
    var operations: [String: [String: Any]] {
        var all: [String: [String: Any]] = [:]
        for (path, item) in object("paths") {
            for (key, value) in item as? [String: Any] ?? [:] where key != "parameters" {
                all["\(key.uppercased()) \(path)"] = value as? [String: Any]
            }
        }
        return all
    }

    /// Every `$ref` anywhere below `node`.
    func references(in node: Any) -> Set<String> {
        if let list = node as? [Any] {
            return list.reduce(into: []) { $0.formUnion(references(in: $1)) }
        }
        guard let object = node as? [String: Any] else { return [] }
        return object.reduce(into: []) { found, field in
            if field.key == "$ref", let target = field.value as? String { found.insert(target) }
            found.formUnion(references(in: field.value))
        }
    }

    /// Whether a reference like `#/components/schemas/Port` leads somewhere.
    func resolves(_ reference: String) -> Bool {
        let keys = reference.split(separator: "/").dropFirst().map(String.init)
        var node: Any? = root
        for key in keys { node = (node as? [String: Any])?[key] }
        return reference.hasPrefix("#/") && node != nil
    }
}

@Suite("OpenAPIDocument")
struct OpenAPIDocumentTests {
    @Test("it is an OpenAPI 3.1 document that holds exactly the routes of `Route`")
    func routes() throws {
        let tree = try OpenAPITree()
        #expect(tree.root["openapi"] as? String == "3.1.0")
        #expect(Set(tree.operations.keys) == Set(Route.allCases.map(\.rawValue)))
    }

    @Test("each operation has a name, a summary, a success and a problem for all else")
    func operations() throws {
        for (route, operation) in try OpenAPITree().operations {
            let responses = operation["responses"] as? [String: Any] ?? [:]
            #expect(operation["operationId"] is String, "\(route)")
            #expect(operation["summary"] is String, "\(route)")
            #expect(responses.keys.contains { $0.hasPrefix("2") }, "\(route)")
            #expect(responses["default"] != nil, "\(route)")
        }
    }

    @Test("each operation's name is that of its case in `Route`")
    func operationNames() throws {
        let names = try OpenAPITree().operations.mapValues { $0["operationId"] as? String }
        for route in Route.allCases {
            #expect(names[route.rawValue] == "\(route)")
        }
    }

    @Test("every reference leads somewhere, and nothing stands there unused")
    func references() throws {
        let tree = try OpenAPITree()
        let used = tree.references(in: tree.root)
        for reference in used {
            #expect(tree.resolves(reference), "\(reference)")
        }
        for section in ["schemas", "parameters", "responses"] {
            for name in tree.object("components", section).keys {
                #expect(used.contains("#/components/\(section)/\(name)"), "\(name)")
            }
        }
    }

    @Test("query parameters are those that the daemon reads, each with a description")
    func parameters() throws {
        let tree = try OpenAPITree()
        #expect(names(tree, .capture) == CaptureOptions.names)
        #expect(names(tree, .listFlows) == FlowQuery.names)
        #expect(names(tree, .overlayMTU) == ["host"] && names(tree, .protectHost) == ["nic"])
        for (name, parameter) in tree.object("components", "parameters") {
            #expect((parameter as? [String: Any])?["description"] is String, "\(name)")
        }
    }

    private func names(_ tree: OpenAPITree, _ route: Route) -> [String] {
        let parameters = tree.operations[route.rawValue]?["parameters"] as? [[String: String]]
        return (parameters ?? []).compactMap { $0["$ref"]?.split(separator: "/").last }
            .map(String.init)
    }
}
