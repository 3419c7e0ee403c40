import Foundation
import Ports
import Synchronization

/// Network namespaces of one test, named after the process, removed with the rig.
///
/// Fails loudly without root: what these tests prove cannot be proven otherwise.
final class NetworkRig: Sendable {
    private let names = Mutex<[String]>([])
    private static let counter = Atomic<Int>(0)

    struct Failure: Error, CustomStringConvertible { let description: String }

    init() throws {
        guard geteuid() == 0 else { throw Failure(description: "these tests need root") }
    }

    deinit { for name in names.withLock({ $0 }) { _ = try? Self.run("ip", "netns", "del", name) } }

    /// A new namespace.
    func makeNamespace() throws -> String {
        let number = Self.counter.wrappingAdd(1, ordering: .relaxed).oldValue
        let name = "vswt\(getpid())-\(number)"
        try Self.run("ip", "netns", "add", name)
        names.withLock { $0.append(name) }
        return name
    }

    /// Deletes a namespace before its time.
    func delete(_ namespace: String) throws {
        try Self.run("ip", "netns", "del", namespace)
        names.withLock { $0.removeAll { $0 == namespace } }
    }

    /// `ip -n NAMESPACE WORDS`.
    func ip(_ namespace: String, _ words: String) throws {
        try Self.run("ip", ["-n", namespace] + words.split(separator: " ").map(String.init))
    }

    /// A veth pair between two namespaces, both ends up.
    func makePair(_ first: (String, String), _ second: (String, String)) throws {
        try ip(
            first.0, "link add name \(first.1) type veth peer name \(second.1) netns \(second.0)")
        try ip(first.0, "link set \(first.1) up")
        try ip(second.0, "link set \(second.1) up")
    }

    /// Runs `body` inside of `namespace`, whose errors pass.
    static func inside<Result: ~Copyable>(
        _ namespace: String, _ body: () throws(PortError) -> Result
    ) throws(PortError) -> Result {
        let name = try DeviceName("test")
        return try NetworkNamespace.inside(NetworkNamespace(name: namespace), for: name, body)
    }

    @discardableResult static func run(_ program: String, _ words: String...) throws -> String {
        try run(program, words)
    }

    @discardableResult static func run(_ program: String, _ words: [String]) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + words
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(program) \(words.joined(separator: " ")): \(text)")
        }
        return text
    }
}
