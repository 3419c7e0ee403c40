import Packet
import PolicyEngine
import Testing

@Suite struct PartDraftTests {
    @Test("prefixes within prefixes, thirty deep, decide alike in both forms")
    func deepNesting() throws {
        var rules: [String] = []
        for bits in (1...32).reversed() {
            let prefix = "10.77.55.33/\(bits)"
            rules.append("- allow cidr \(prefix) -> any on tcp/\(bits), tcp/\(100 + bits)")
            rules.append("- deny cidr 202.77.55.33/\(bits) -> any on tcp/1-\(bits)")
        }
        let masked = try rules.map { try Self.masked($0) }
        let text = "policy: x\nfor: vm db1\nrules:\n" + masked.joined(separator: "\n") + "\n"
        let file = try policy(text)
        let merged = try PortPlanTests.compile([file], try shop(), .standard).get()
        let chained = try PortPlanTests.compile([file], try shop(), PortPlanTests.chained).get()
        for base in ["10.77.55.33", "202.77.55.33"] {
            for bit in 0..<32 as Range<UInt64> {
                let peer = IPAddress(high: 0, low: try ip(base).low ^ 1 << bit)
                for service in 0...140 as ClosedRange<UInt16> {
                    let question = PolicyQuestion(
                        own: try ip("10.0.0.2"), peer: peer, service: .tcp(service))
                    let ask = { (policy: CompiledPolicy) in
                        policy.table.classify(
                            port: PortNumber(rawValue: 2), .ingress, question)
                    }
                    #expect(ask(merged) == ask(chained), "\(peer) tcp/\(service)")
                }
            }
        }
    }

    @Test("a contradiction is found in the network where it occurs, whoever is alike elsewhere")
    func findsContradictionsInEachNetwork() throws {
        var universe = try shop()
        universe.endpoints.insert(
            try PolicyEndpoint("far1 role=web extra=1", 9, network: 2), at: 0)
        let texts = ["allow", "deny"].map {
            "policy: p-\($0)\nfor: vm db1\nrules:\n- \($0) label role=web -> any on tcp/1\n"
        }
        let other = "policy: o\nfor: vm far1\nrules:\n- allow label extra=1 -> any on tcp/1\n"
        let found = try compileFaults(texts + [other], universe)
        #expect(found.count == 1 && found[0].contains("disagree"), "\(found)")
    }

    @Test("contradictions too many to be listed are refused, though none of those listed can occur")
    func refusesContradictionsBeyondTheList() throws {
        var universe = try shop()
        universe.endpoints.append(try PolicyEndpoint("far1 role=far", 9, network: 2))
        universe.endpoints[2].labels["role"] = "near"
        let far = stride(from: 3, to: 25_000, by: 2).map {
            "- allow label role=far -> any on tcp/\($0)\n"
        }
        let rules = [("allow", far.joined()), ("deny", "- deny label role=far -> any\n")].map {
            "policy: p-\($0)\nfor: vm db1\nrules:\n"
                + "- \($0) label role=near -> any on tcp/1\n\($1)"
        }
        let found = try compileFaults(rules, universe)
        #expect(found.count == 1 && found[0].contains("contradict each other"), "\(found)")
    }

    /// The sentence with the host bits of its prefix cleared.
    private static func masked(_ sentence: String) throws -> String {
        try sentence.split(separator: " ").map { word in
            guard let slash = word.firstIndex(of: "/"), word.first?.isNumber == true,
                let bits = UInt32(word[word.index(after: slash)...])
            else { return String(word) }
            let number = UInt32(truncatingIfNeeded: try ip(String(word[..<slash])).low)
            let mask = UInt32.max << (32 - bits)
            return "\(IPAddress(IPv4Address(rawValue: number & mask)))/\(bits)"
        }.joined(separator: " ")
    }
}
