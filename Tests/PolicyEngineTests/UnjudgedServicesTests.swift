import Packet
import PolicyEngine
import Testing

@Suite struct UnjudgedServicesTests {
    private func warnings(_ rules: String...) throws -> [String] {
        let text =
            "policy: x\nfor: any\nservices:\n  ping: icmp/echo\nrules:\n"
            + rules.map { "- \($0)\n" }.joined()
        return try PolicyCompiler.compile([try policy(text)], try shop()).warnings
            .map { "\($0.position) \($0.message)" }.filter { $0.contains("no rule judges") }
    }

    @Test(
        "a rule about ICMP errors, echo replies or group membership is told that nobody asks it",
        arguments: [
            ("icmp/unreachable", "live connection"), ("icmp/echo-reply", "live connection"),
            ("icmpv6/packet-too-big", "live connection"), ("icmpv6/135", "port security"),
            ("proto/2", "port security"), ("icmpv6/130", "port security"),
        ])
    func tells(service: String, reason: String) throws {
        let found = try warnings("allow any -> any on tcp/1, \(service)")
        #expect(found.count == 1 && found[0].contains(reason), "\(found)")
        #expect(found.first?.hasPrefix("6:") == true, "\(found)")
    }

    @Test("a rule that is asked about a part of what it names is told nothing")
    func keepsQuiet() throws {
        #expect(try warnings("allow any -> any", "deny any -> any on icmp, icmpv6, ping").isEmpty)
        #expect(try warnings("allow any -> any on icmp/echo, icmp/5, icmpv6/128, proto/0").isEmpty)
    }

    @Test("`log` where `pass` decides nothing is told, of a rule and of a default")
    func tellsSilentLogs() throws {
        let file = try policy(
            "policy: x\nfor: any\nrules:\n- pass any -> any on tcp/1 log sampled\n"
                + "- pass any -> any on tcp/2\ndefault: pass log\n")
        let found = try PolicyCompiler.compile([file], try shop()).warnings
            .filter { $0.message.hasPrefix("`log` records nothing here") }
        #expect(found.map(\.position.line) == [4, 6])
    }
}
