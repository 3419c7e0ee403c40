import Packet
import PolicyEngine
import Testing

@Suite struct DefaultReportTests {
    /// What is said of the defaults of files `a`, `b`, … for these VMs, in these tiers.
    private func warnings(_ files: (tier: String, vms: String, ends: String)...) throws -> [String]
    {
        let texts = zip(["a", "b", "c"], files).map { name, file in
            "policy: \(name)\ntier: \(file.tier)\nfor: \(file.vms)\ndefault: \(file.ends)\n"
        }
        let read = try zip(["a", "b", "c"], texts).map { try policy($1, path: "\($0).yaml") }
        return try PolicyCompiler.compile(read, try shop()).warnings
            .filter { $0.message.contains("this default never decides") }
            .map { "\($0.path):\($0.position.line) \($0.message)" }
    }

    @Test("a default that another file's overrules at a VM is told, with both places")
    func tells() throws {
        let found = try warnings(("app", "any", "deny"), ("app", "vm db1", "allow"))
        #expect(
            found == [
                "b.yaml:4 at the port of vm db1, and others alike, this default never decides: "
                    + "`a/default` (a.yaml:4), which says deny, comes first in tier app"
            ])
    }

    @Test("defaults that agree, or stand in different tiers or at different VMs, are fine")
    func keepsQuiet() throws {
        #expect(try warnings(("app", "any", "deny"), ("app", "any", "deny log")).isEmpty)
        #expect(try warnings(("guard", "any", "pass"), ("app", "any", "deny")).isEmpty)
        #expect(try warnings(("app", "vm web1", "deny"), ("app", "vm db1", "allow")).isEmpty)
    }
}
