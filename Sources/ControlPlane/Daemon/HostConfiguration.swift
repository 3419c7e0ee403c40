import DataPath
import Glibc
import Packet
import Yams

/// What `vswitch.yaml` says about this host; every key has a default.
package struct HostConfiguration: Equatable, Sendable {
    /// Where the file is unless `--config` names another.
    package static let defaultPath = "/etc/vswitch/vswitch.yaml"

    /// The host's name; nil takes the machine's.
    package var name: String?
    /// How many threads forward frames.
    package var workers = 1
    /// The processor to which each worker is bound; nil binds the one worker to the last.
    package var workerCPUs: [Int]?
    /// The overlay; nil when this host has none.
    package var overlay: OverlaySettings?

    /// The defaults.
    package init() {}

    /// The configuration in `text`; a fault names `path`, line and column.
    package init(_ text: String, path: String) throws(StartError) {
        let file = HostConfigurationFile(path: path)
        let node = try file.compose(text)
        guard let node, node.scalar?.string.isEmpty != true else { return }
        guard let mapping = node.mapping else {
            throw file.fault(node, "the file must hold keys and values, as in 'name: hv1'")
        }
        for (key, value) in mapping { try read(key, value, file) }
    }

    /// The data path's settings in this configuration.
    package var dataPath: SwitchSettings {
        var settings = SwitchSettings()
        if let processor = workerCPUs?.first { settings.processor = processor }
        return settings
    }

    private mutating func read(
        _ key: Node, _ value: Node, _ file: HostConfigurationFile
    ) throws(StartError) {
        let word = key.scalar?.string ?? ""
        switch word {
        case "name": name = try Self.name(value, file)
        case "workers": workers = try Self.workers(value, file)
        case "worker-cpus": workerCPUs = try Self.workerCPUs(value, file)
        case "overlay": overlay = try OverlaySettings(value, file)
        default:
            throw file.fault(
                key,
                "'\(word)' is not a known key; known are name, workers, worker-cpus, overlay")
        }
    }

    private static func name(
        _ value: Node, _ file: HostConfigurationFile
    ) throws(StartError) -> String {
        guard let name = value.scalar?.string, NameSyntax.isName(name) else {
            throw file.fault(
                value,
                "'name' must begin with a letter or digit and go on with these, '.', '_' or '-'")
        }
        return name
    }

    private static func workers(
        _ value: Node, _ file: HostConfigurationFile
    ) throws(StartError) -> Int {
        guard let text = value.scalar?.string, let count = Int(text), count >= 1 else {
            throw file.fault(value, "'workers' must be a whole number from 1")
        }
        guard count == 1 else {
            throw file.fault(value, "more than one worker is not yet supported; write 1")
        }
        return count
    }

    private static func workerCPUs(
        _ value: Node, _ file: HostConfigurationFile
    ) throws(StartError) -> [Int] {
        let known = 0..<max(sysconf(Int32(_SC_NPROCESSORS_CONF)), 1)
        let cpus = value.sequence.map { $0.compactMap { $0.scalar.flatMap { Int($0.string) } } }
        guard let cpus, cpus.count == value.sequence?.count, cpus.allSatisfy(known.contains) else {
            throw file.fault(
                value, "'worker-cpus' must be a list of processors from 0 to \(known.count - 1)")
        }
        guard cpus.count == 1 else {
            throw file.fault(value, "'worker-cpus' must name one processor for each worker")
        }
        return cpus
    }
}

/// The file that is read, for what is told about it.
struct HostConfigurationFile {
    let path: String

    /// The YAML in `text`; nil for an empty file.
    func compose(_ text: String) throws(StartError) -> Node? {
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

    /// The error that says `sentence` of the place of `node`.
    func fault(_ node: Node, _ sentence: String) -> StartError {
        let place = node.mark.map { ":\($0.line):\($0.column)" } ?? ""
        return StartError("\(path)\(place): \(sentence)")
    }
}
