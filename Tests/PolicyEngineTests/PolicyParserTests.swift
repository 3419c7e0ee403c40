import Packet
import PolicyEngine
import Testing

@Suite struct PolicyParserTests {
    private static let contract = """
        policy: shop                 # one file, one policy, one owner
        tier: platform
        for: label app=shop
        mode: enforce
        groups:
          web: label role=web
          db:  label role=db and env=prod
          ops: cidr 10.9.0.0/24
        services:
          http: tcp/80, tcp/443
          pg:   tcp/5432
        rules:                       # the first match wins
          - allow ops -> web, db on tcp/22, icmp/echo until 2027-01-31
          - deny any -> db on tcp/22 log as no-ssh
          - allow web -> db on pg log
          - allow any -> web
              on http limit 2000/s
          - reject web -> any except cidr 10.0.0.53/32 on udp/53 as own-dns
        default: deny log            # reported as shop/default
        never:                       # proven for all packets before the policy is applied
          - any except web, ops -> db
        tests:                       # evaluated on the compiled tables
          - vm web1 -> vm db1 on tcp/5432 => allow
          - vm web1 -> vm db1 on tcp/22 => deny by no-ssh
        """

    @Test("the contract's file is read as it is meant")
    func readsTheContract() throws {
        let file = try policy(Self.contract)
        #expect(file.name.value == "shop" && file.tier == .platform)
        #expect(
            file.selector.included.map(\.value) == [.label([.equals(key: "app", value: "shop")])])
        #expect(file.groups.map(\.name.value) == ["web", "db", "ops"])
        #expect(
            file.groups[1].members.included.map(\.value)
                == [
                    .label([.equals(key: "role", value: "db"), .equals(key: "env", value: "prod")])
                ])
        #expect(file.services.map(\.name.value) == ["http", "pg"])
        #expect(file.rules.map(\.action) == [.allow, .deny, .allow, .allow, .reject])
        #expect(file.rules.map(\.name?.value) == [nil, "no-ssh", nil, nil, "own-dns"])
        #expect(file.rules.map(\.logging) == [.none, .every, .every, .none, .none])
        #expect(file.defaultRule?.action == .deny && file.defaultRule?.logging == .every)
        #expect(file.rules.map(\.limit) == [nil, nil, nil, 2000, nil])
        #expect(file.rules.compactMap { $0.lastDay?.value.description } == ["2027-01-31"])
        #expect(file.invariants.map(\.text) == ["any except web, ops -> db"])
        #expect(file.tests.map(\.action) == [.allow, .deny])
        #expect(file.tests.map(\.rule?.value) == [nil, "no-ssh"])
    }

    @Test("a rule keeps its text and its place, also over two lines")
    func keepsTextAndPlace() throws {
        let rules = try policy(Self.contract).rules
        #expect(rules[3].text == "allow any -> web on http limit 2000/s")
        #expect(rules.map(\.position.line) == [13, 14, 15, 16, 18])
        #expect(rules.allSatisfy { $0.position.column == 5 })
        #expect(rules[3].services.map(\.position) == [SourcePosition(line: 17, column: 10)])
    }

    @Test("every kind of peer and service is read")
    func readsEveryPart() throws {
        let file = try policy(
            """
            policy: x
            for: any, vm a.b except label a!=b and c in (d | e) and has f/g, cidr ::/0
            rules:
            - pass any->any on tcp, sctp/1-2, icmp/3, icmpv6/echo, proto/47, any
            """)
        #expect(file.tier == .app)
        #expect(file.selector.included.map(\.value) == [.any, .vm("a.b")])
        let tests: [LabelTest] = [
            .differs(key: "a", value: "b"), .oneOf(key: "c", values: ["d", "e"]), .has(key: "f/g"),
        ]
        let prefix = try #require(IPPrefix("::/0"))
        #expect(file.selector.excepted.map(\.value) == [.label(tests), .cidr(prefix)])
        #expect(
            file.rules[0].services.map(\.value) == [
                .range(ServiceRange(.tcp)),
                .range(ServiceRange(ServiceKey(.sctp, 1), ServiceKey(.sctp, 2))),
                .range(ServiceRange(.icmp, type: 3)), .range(ServiceRange(.icmpv6, type: 128)),
                .range(ServiceRange(IPProtocol(rawValue: 47))), .any,
            ])
    }

    @Test("every fault of a file is reported, in reading order")
    func reportsAllFaults() {
        let found = faults(
            """
            for: lable app=shop
            tier: ap
            groups:
              db: label role
            services:
              pg: tcp/70000
            rules:
              - allow web -> db on pg
              - alow any -> db
            default: maybe
            """)
        #expect(
            found.map { $0.prefix { $0 != " " } } == [
                "1:1", "1:12", "2:7", "4:17", "6:7", "8:11", "9:5", "10:10",
            ])
    }

    @Test("a file over 1 MiB is refused unread, one of 1 MiB is read")
    func boundsTheFile() throws {
        let head = "policy: x\nfor: any\n"
        let line = "#" + String(repeating: "x", count: 98) + "\n"
        let body = head + String(repeating: line, count: ((1 << 20) - head.utf8.count) / 100)
        let fill = String(repeating: "\n", count: (1 << 20) - body.utf8.count)
        #expect(faults(body + fill).isEmpty)
        #expect(
            faults(body + fill + "\n") == [
                "1:1 the file has 1048577 bytes; the most is 1048576 (1 MiB) | "
                    + "split it into several policies"
            ])
    }

    @Test("at most a hundred faults are reported")
    func boundsTheFaults() {
        let rules = (0..<500).map { _ in "- allow nobody -> any\n" }.joined()
        #expect(faults("policy: x\nfor: any\nrules:\n" + rules).count == PolicyErrors.countMax)
    }

    @Test("a text cut or changed anywhere is read or refused, never a trap")
    func survivesDamage() {
        let scalars = Array(Self.contract.unicodeScalars)
        let marks: [Unicode.Scalar] = [
            "\0", "\t", "\n", "-", ":", ">", "'", "\"", "#", "|", "(", "é", "/", ",", " ",
        ]
        for index in scalars.indices {
            _ = faults(String(String.UnicodeScalarView(scalars[..<index])))
            var changed = scalars
            changed[index] = marks[index % marks.count]
            let found = faults(String(String.UnicodeScalarView(changed)))
            #expect(found.allSatisfy { $0.contains(" | ") })
        }
    }
}
