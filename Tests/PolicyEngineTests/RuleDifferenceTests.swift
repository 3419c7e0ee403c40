import Packet
import PolicyEngine
import Testing

@Suite struct RuleDifferenceTests {
    /// A policy that is too large to be compared as a whole.
    private static let sentences = (0..<8_300).map {
        "- allow cidr 10.\($0 / 250).\($0 % 250).0/24 -> any on tcp/\($0)"
    }

    /// What changes when `sentences` become others: the services of each line.
    private func services(
        _ edit: (inout [String]) -> Void
    ) throws -> (gained: [[String]], lost: [[String]]) {
        var sentences = Self.sentences
        edit(&sentences)
        let policies = try [Self.sentences, sentences].map {
            let rules = $0.joined(separator: "\n")
            let text =
                "policy: x\nfor: vm db1\nrules:\n\(rules)\n- deny vm db1 -> any\n"
                + "default: deny\n"
            return try PolicyCompiler.compile([try policy(text)], try shop())
        }
        let diff = try PolicyDiff(from: policies[0], to: policies[1])
        return (diff.gained.map(\.services), diff.lost.map(\.services))
    }

    @Test("in a policy too large to compare a sentence replaced is compared, though all have moved")
    func comparesReplacements() throws {
        let (gained, lost) = try services {
            $0[77] = $0[77].replacing("tcp", with: "udp")
            $0.insert("# moves every sentence", at: 0)
        }
        #expect(gained == [["udp/77"]] && lost == [["tcp/77"]])
    }

    @Test("so are sentences more and sentences less, far apart")
    func comparesInsertionsAndRemovals() throws {
        let new = "- allow cidr 10.3.3.0/24 -> any on sctp/5"
        #expect(try services { $0.insert(new, at: 0) } == ([["sctp/5"]], []))
        #expect(try services { $0.append(new) } == ([["sctp/5"]], []))
        #expect(try services { $0.removeFirst() } == ([], [["tcp/0"]]))
        #expect(try services { $0.removeLast() } == ([], [["tcp/8299"]]))
        let (gained, lost) = try services {
            $0.insert(new, at: 8_000)
            $0.remove(at: 11)
        }
        #expect(gained == [["sctp/5"]] && lost == [["tcp/11"]])
    }

    @Test("a sentence that goes behind the one that denies what it allows is a change")
    func seesTheOrder() throws {
        let (gained, lost) = try services {
            $0.insert("- deny any -> vm db1 on tcp/40", at: 40)
        }
        #expect(gained.isEmpty && lost == [["tcp/40"]])
        let sentences = ["- allow vm web1 -> vm db1 on tcp/1", "- deny any -> vm db1"]
        let policies = try [sentences, sentences.reversed()].map {
            let text = "policy: x\nfor: any\nrules:\n\($0.joined(separator: "\n"))\n"
            return try PolicyCompiler.compile([try policy(text)], try shop())
        }
        let diff = try PolicyDiff(from: policies[0], to: policies[1])
        #expect(diff.gained.isEmpty && diff.lost.map(\.services) == [["tcp/1"]])
    }

    @Test("512 edits are compared, of which a sentence replaced is two; more, as whole policies")
    func hasBounds() throws {
        let replaced = { (sentences: inout [String], count: Int) in
            for index in 0..<count {
                sentences[index * 9] = sentences[index * 9].replacing("tcp", with: "udp")
            }
        }
        let (gained, lost) = try services { replaced(&$0, 256) }
        #expect(!gained.isEmpty && !lost.isEmpty)
        let (more, less) = try services { $0.removeSubrange(500..<1_012) }
        #expect(more.isEmpty && !less.isEmpty)
        #expect(throws: PolicyDiffError.self) { try services { replaced(&$0, 257) } }
        #expect(throws: PolicyDiffError.self) {
            try services { $0.removeSubrange(500..<1_013) }
        }
    }

    @Test("another default is no matter of sentences")
    func seesDefaults() throws {
        let policies = try ["deny", "allow"].map {
            let text = "policy: x\nfor: any\nrules:\n- deny any -> vm db1\ndefault: \($0)\n"
            return try PolicyCompiler.compile([try policy(text)], try shop())
        }
        let diff = try PolicyDiff(from: policies[0], to: policies[1])
        #expect(!diff.gained.isEmpty && diff.lost.isEmpty)
    }
}
