import Packet
import PolicyEngine
import Testing

@Suite struct ConflictReportTests {
    private static let hint =
        "narrow one of the rules, move one file to another tier, or join the two files"

    @Test("files of one tier that decide differently are refused with a packet that shows it")
    func showsThePacket() throws {
        let found = try compileFaults(
            [
                "policy: a\nfor: label role=db\nrules:\n- allow label role=web -> any on "
                    + "tcp/20-30\n",
                "policy: b\nfor: vm db1\nrules:\n- deny any -> any on tcp/22 as no-ssh\n",
            ], try shop())
        #expect(
            found == [
                "b.yaml:4:3 `b/no-ssh` and `a/#1` (a.yaml:4) of tier app disagree: for tcp/22 "
                    + "from 10.0.0.1 (vm web1) to 10.0.0.2 (vm db1) at the port of vm db1 "
                    + "one says deny, the other allow | \(Self.hint)"
            ])
    }

    @Test("an address without a VM is shown as such")
    func showsStrangers() throws {
        let found = try compileFaults(
            [
                "policy: a\nfor: vm web1\nrules:\n- allow any -> cidr 203.0.113.0/24\n",
                "policy: b\nfor: vm web1\nrules:\n- reject any -> any except label has role\n",
            ], try shop())
        #expect(
            found == [
                "b.yaml:4:3 `b/#1` and `a/#1` (a.yaml:4) of tier app disagree: for proto/0 "
                    + "from 10.0.0.1 (vm web1) to 203.0.113.0 at the port of vm web1 "
                    + "one says reject, the other allow | \(Self.hint)"
            ])
    }

    @Test(
        "no conflict is seen where no packet can show it",
        arguments: [
            ("- allow any -> any on tcp/1", "- deny any -> any on tcp/2"),
            ("- allow vm web1 -> vm db1", "- deny vm db1 -> vm web1"),
            ("- allow cidr 10.0.0.0/8 -> any", "- deny any -> cidr fd00::/16"),
            ("- allow any -> any on tcp/1 log", "- allow any -> any on tcp/1"),
            ("- allow cidr 10.0.0.2/32 -> any", "- deny any except vm db1 -> cidr fe80::/10"),
            ("- allow cidr 10.0.0.2/32 -> vm web1", "- deny any except label has role -> vm web1"),
        ])
    func seesNoFalseConflict(first: String, second: String) throws {
        let texts = [("a", first), ("b", second)].map { "policy: \($0)\nfor: any\nrules:\n\($1)\n" }
        #expect(try compileFaults(texts, try shop()).isEmpty)
    }

    @Test("files of different tiers, or for different VMs, never conflict")
    func separatesTiersAndPorts() throws {
        let allow = "rules:\n- allow any -> any\n"
        let deny = "rules:\n- deny any -> any\n"
        #expect(
            try compileFaults(
                ["policy: a\ntier: guard\nfor: any\n\(allow)", "policy: b\nfor: any\n\(deny)"],
                try shop()
            ).isEmpty)
        #expect(
            try compileFaults(
                ["policy: a\nfor: vm web1\n\(allow)", "policy: b\nfor: vm db1\n\(deny)"],
                try shop()
            ).isEmpty)
    }

    @Test("the packet shown makes two rules differ, and a sound policy has no such packet")
    func evidenceHolds() throws {
        var conflictCount = 0
        for seed in 0..<400 as Range<UInt64> {
            var draw = RandomPolicy(random: SeededRandom(seed: seed))
            let universe = try draw.universe()
            let files = try (0...3).map { try policy(draw.text("p\($0)"), path: "p\($0).yaml") }
            let naive = NaiveInterpreter(files: files, endpoints: universe.endpoints)
            do throws(PolicyErrors) {
                _ = try PolicyCompiler.compile(files, universe)
            } catch {
                for fault in error.errors {
                    try check(fault.message, naive, "seed \(seed)")
                    conflictCount += 1
                }
                continue
            }
            for _ in 0..<100 { try expectAgreement(naive, &draw, universe, seed) }
        }
        #expect(conflictCount > 50)
    }

    /// Asks both rules of a message about its packet.
    private func check(_ message: String, _ naive: NaiveInterpreter, _ seed: String) throws {
        let words = message.split(separator: " ").map(String.init)
        func word(after marker: String) throws -> String {
            words[try #require(words.firstIndex(of: marker)) + 1]
        }
        let service = try #require(naiveService(try word(after: "for")))
        let from = try ip(try word(after: "from"))
        let to = try ip(try word(after: "to"))
        let vm = words[try #require(words.lastIndex(of: "vm")) + 1]
        let names = [words[0], words[2]].map { $0.filter { $0 != "`" } }
        let hasDifference = try naive.endpoints.filter { $0.vm == vm }.contains { endpoint in
            try [TrafficDirection.egress, .ingress].contains { direction in
                let question = PolicyQuestion(
                    own: direction == .egress ? from : to, peer: direction == .egress ? to : from,
                    service: service)
                let actions = try names.map { name in
                    try action(of: name, naive, endpoint, (direction, question))
                }
                return actions[0] != nil && actions[1] != nil && actions[0] != actions[1]
            }
        }
        #expect(hasDifference, "\(seed): \(message)")
    }

    /// The action of the named rule, if it is the first of its file to match.
    private func action(
        of name: String, _ naive: NaiveInterpreter, _ endpoint: PolicyEndpoint,
        _ packet: (TrafficDirection, PolicyQuestion)
    ) throws -> RuleAction? {
        let parts = name.split(separator: "/").map(String.init)
        let file = try #require(naive.files.first { $0.name.value == parts[0] })
        guard naive.governing(endpoint).contains(where: { $0.name.value == parts[0] }),
            let index = naive.firstMatch(in: file, endpoint, packet.0, packet.1),
            parts[1] == "#\(index + 1)"
        else { return nil }
        return file.rules[index].action
    }

    private func naiveService(_ text: String) -> ServiceKey? {
        let parts = text.split(separator: "/").map(String.init)
        guard let number = UInt16(parts[1]) else { return nil }
        switch parts[0] {
        case "tcp": return ServiceKey(.tcp, number)
        case "udp": return ServiceKey(.udp, number)
        case "sctp": return ServiceKey(.sctp, number)
        case "icmp": return ServiceKey(.icmp, number << 8)
        case "icmpv6": return ServiceKey(.icmpv6, number << 8)
        default: return ServiceKey(IPProtocol(rawValue: UInt8(number)), 0)
        }
    }

    private func expectAgreement(
        _ naive: NaiveInterpreter, _ draw: inout RandomPolicy, _ universe: PolicyUniverse,
        _ seed: UInt64
    ) throws {
        let endpoint = draw.pick(naive.endpoints.filter { $0.port != nil })
        let question = PolicyQuestion(
            own: draw.pick(endpoint.ownedAddresses), peer: try draw.address(universe),
            service: draw.service(naive.files))
        guard question.own.isIPv4 == question.peer.isIPv4 else { return }
        for tier in PolicyTier.allCases {
            for direction in [TrafficDirection.egress, .ingress] {
                let actions = naive.governing(endpoint).filter { $0.tier == tier }.compactMap {
                    file in
                    naive.firstMatch(in: file, endpoint, direction, question)
                        .map { file.rules[$0].action }
                }
                #expect(Set(actions).count <= 1, "seed \(seed): \(endpoint.vm) \(question)")
            }
        }
    }
}
