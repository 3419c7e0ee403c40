import ControlAPI
import ControlPlane
import Packet
import PolicyEngine
import Testing

@Suite("PolicyBook")
struct PolicyBookTests {
    /// web1 (port 1, labels app and role), db1 (port 2) and a stranger (port 3).
    private var universe: PolicyUniverse {
        let vms: [(vm: String, labels: [String: String])] = [
            ("web1", ["app": "shop", "role": "web"]), ("db1", ["app": "shop", "role": "db"]),
            ("x", [:]),
        ]
        return PolicyUniverse(
            endpoints: vms.enumerated().map { index, vm in
                let number = UInt16(index + 1)
                var endpoint = PolicyEndpoint(
                    vm: vm.vm, labels: vm.labels, network: VNI(rawValue: 1)!,
                    mac: MACAddress(rawValue: 0x5254_0000_0000 + UInt64(number)))
                endpoint.addresses = [IPAddress("10.0.0.\(number)")!]
                endpoint.port = PortNumber(rawValue: number)
                return endpoint
            })
    }

    private func book(_ texts: String...) throws -> PolicyBook {
        try PolicyBook(
            texts.enumerated().map { StoredPolicy(path: "\($0.offset).yaml", text: $0.element) },
            for: universe)
    }

    @Test(
        "the VMs that a policy governs are those that its `for` names",
        arguments: [
            ("any", ["db1", "web1", "x"]), ("vm x", ["x"]), ("vm nobody", []),
            ("label app=shop", ["db1", "web1"]), ("label app=shop and role=db", ["db1"]),
            ("label has role except vm web1", ["db1"]), ("cidr 10.0.0.2/31", ["db1", "x"]),
            ("web", ["web1"]), ("any except web", ["db1", "x"]),
        ])
    func tellsWhomItGoverns(selector: String, governed: [String]) throws {
        let book = try book(
            """
            policy: p
            for: \(selector)
            groups:
              front: label role=web
              web: front
            rules:
              - allow any -> any
            """)
        #expect(book.summaries.first?.governs == governed)
        let ports = (1...3).filter { number in
            !book.policies(governing: PortNumber(rawValue: UInt16(number))).isEmpty
        }
        #expect(ports.count == governed.count)
        #expect(book.warnings.isEmpty == !governed.isEmpty)
    }

    @Test("groups of groups cost what their lines cost, in `for`, too", .timeLimit(.minutes(1)))
    func nestsGroups() throws {
        let lines = (1...60).map { "  g\($0): g\($0 - 1), g\($0 - 1)\n" }.joined()
        let text = "policy: p\ngroups:\n  g0: label role=web, label role=db\n\(lines)"
        let book = try book(text + "for: g60\nrules:\n  - allow g60 -> g60\n")
        #expect(book.summaries.first?.governs == ["db1", "web1"])
        #expect(book.show("p")?.governs == ["db1", "web1"])
    }

    @Test("what a policy leaves as it was is shared with the one before; what it changes is not")
    func sharesWhatIsLeft() throws {
        let first = try book(
            "policy: a\nfor: vm db1\nrules:\n  - allow any -> vm db1 on tcp/1\n",
            "policy: b\nfor: vm web1\nrules:\n  - allow vm web1 -> any on tcp/2\n")
        var sources = first.sources
        sources[1].text.replace("tcp/2", with: "tcp/3")
        let second = try PolicyBook(sources, for: universe, after: first)
        #expect(second.compiled.sharedPartCount(with: first.compiled) > 0)
        #expect(second.show("b")?.rules.map(\.text) == ["allow vm web1 -> any on tcp/3"])
        #expect(second.show("a") == first.show("a"))
        sources[0].isAudited = true
        let third = try PolicyBook(sources, for: universe, after: second)
        #expect(third.compiled.files.map(\.mode) == [.audit, .enforce])
    }

    @Test("policies are told in the order in which they decide")
    func ordersByTier() throws {
        let book = try book(
            "policy: a\nfor: any\nrules:\n  - pass any -> any\n",
            "policy: b\ntier: guard\nfor: any\nrules:\n  - pass any -> any\n")
        #expect(book.summaries.map(\.name) == ["b", "a"])
        #expect(book.policies(governing: PortNumber(rawValue: 1)) == ["b", "a"])
        #expect(book.show("b")?.rules.map(\.name) == ["b/#1"])
        #expect(book.show("c") == nil)
    }

    @Test("the same sources fit other VMs, or are refused with every fault")
    func recompiles() throws {
        let book = try book(
            "policy: a\nfor: label a=1\nrules:\n  - allow any -> any\n",
            "policy: b\nfor: label b=1\nrules:\n  - deny any -> any\n")
        var other = universe
        other.endpoints[2].labels = ["a": "1"]
        #expect(try book.recompiled(for: other).summaries.first?.governs == ["x"])
        other.endpoints[2].labels["b"] = "1"
        let problem = #expect(throws: Problem.self) { try book.recompiled(for: other) }
        #expect(problem?.status == 409 && problem?.errors?.first?.path == "1.yaml")
        #expect(PolicyBook.empty.summaries.isEmpty)
    }
}
