import Yams

/// What `vswitch.yaml` says about this host; every key has a default.
package struct HostConfiguration: Equatable, Sendable {
    /// Where the file is unless `--config` names another.
    package static let defaultPath = "/etc/vswitch/vswitch.yaml"

    /// The host's name; nil takes the machine's.
    package var name: String?
    /// How many threads forward frames.
    package var workers = 1

    /// The defaults.
    package init() {}

    /// The configuration in `text`; a fault names `path`, line and column.
    package init(_ text: String, path: String) throws(StartError) {
        let node = try Self.compose(text, path)
        guard let node, node.scalar?.string.isEmpty != true else { return }
        guard let mapping = node.mapping else {
            throw Self.fault(path, node, "the file must hold keys and values, as in 'name: hv1'")
        }
        for (key, value) in mapping { try read(key, value, path) }
    }

    private mutating func read(
        _ key: Node, _ value: Node, _ path: String
    ) throws(StartError) {
        let word = key.scalar?.string ?? ""
        switch word {
        case "name": name = try Self.name(value, path)
        case "workers": workers = try Self.workers(value, path)
        case "overlay":
            throw Self.fault(path, key, "'overlay' is not yet supported; leave it out")
        default:
            throw Self.fault(path, key, "'\(word)' is not a known key; known are name, workers")
        }
    }

    private static func compose(_ text: String, _ path: String) throws(StartError) -> Node? {
        do {
            return try Yams.compose(yaml: text, .basic)
        } catch let YamlError.scanner(_, problem, mark, _) {
            throw StartError("\(path):\(mark.line):\(mark.column): \(problem)")
        } catch let YamlError.parser(_, problem, mark, _) {
            throw StartError("\(path):\(mark.line):\(mark.column): \(problem)")
        } catch let YamlError.duplicatedKeysInMapping(keys, context) {
            let (mark, words) = (context.mark, keys.map { "'\($0)'" }.joined(separator: ", "))
            throw StartError("\(path):\(mark.line):\(mark.column): \(words) is given twice")
        } catch {
            throw StartError("\(path): cannot be read as YAML: \(error)")
        }
    }

    private static func name(_ value: Node, _ path: String) throws(StartError) -> String {
        guard let name = value.scalar?.string, NameSyntax.isName(name) else {
            throw fault(
                path, value,
                "'name' must begin with a letter or digit and go on with these, '.', '_' or '-'")
        }
        return name
    }

    private static func workers(_ value: Node, _ path: String) throws(StartError) -> Int {
        guard let text = value.scalar?.string, let count = Int(text), count >= 1 else {
            throw fault(path, value, "'workers' must be a whole number from 1")
        }
        guard count == 1 else {
            throw fault(path, value, "more than one worker is not yet supported; write 1")
        }
        return count
    }

    private static func fault(_ path: String, _ node: Node, _ sentence: String) -> StartError {
        let place = node.mark.map { ":\($0.line):\($0.column)" } ?? ""
        return StartError("\(path)\(place): \(sentence)")
    }
}
