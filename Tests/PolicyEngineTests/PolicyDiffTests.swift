import Packet
import PolicyEngine
import Testing

@Suite struct PolicyDiffTests {
    private static let head = """
        policy: shop
        for: any
        groups:
          web: label role=web
          db: label role=db
          office: cidr 192.168.0.0/16
        rules:

        """

    private func lines(
        _ old: String, _ new: String, _ universe: PolicyUniverse? = nil
    ) throws -> [String] {
        let universe = try universe ?? shop()
        let compiled = try [old, new].map { (rules: String) in
            let text = Self.head + (rules.isEmpty ? "- deny any -> any\n" : rules)
            return try PolicyCompiler.compile([try policy(text)], universe)
        }
        let diff = try PolicyDiff(from: compiled[0], to: compiled[1])
        return diff.description.split(separator: "\n").map(String.init)
    }

    @Test("policies too large to compare are refused, not compared for minutes")
    func hasBounds() throws {
        let rules = (0..<8_300).map {
            "- allow cidr 10.\(200 + $0 / 250).\($0 % 250).0/24 -> any on tcp/\($0)\n"
        }
        let files = try ["", rules.joined()].map {
            try policy("policy: x\nfor: vm db1\nrules:\n\($0)- deny vm db1 -> any\n")
        }
        let policies = try files.map { try PolicyCompiler.compile([$0], try shop()) }
        #expect(throws: PolicyDiffError.self) {
            try PolicyDiff(from: policies[0], to: policies[1])
        }
    }

    @Test(
        "thousands of rules with prefixes of their own are compared while somebody waits",
        .timeLimit(.minutes(1)))
    func comparesManyRules() throws {
        let rules = (0..<4_000).map {
            "- allow cidr 10.\($0 / 250 + 200).\($0 % 250).1/32 -> web on tcp/\($0 * 9)\n"
        }
        let (old, new) = ("- deny any -> any\n", rules.joined())
        let found = try lines(old, new)
        #expect(found.count == PolicyDiff.lineCountMax + 1)
        #expect(found[0] == "+ outside 10.200.0.1/32 -> web on tcp/0")
        #expect(found.last == "+ … and 3900 more lines")
    }

    @Test(
        "a change is told in groups and services",
        arguments: [
            ("", "- allow web -> db on tcp/5432\n", ["+ web -> db on tcp/5432"]),
            ("- allow web -> db on tcp/5432\n", "", ["- web -> db on tcp/5432"]),
            (
                "- allow web -> db on tcp/1-9\n", "- allow web -> db on tcp/5-12\n",
                ["+ web -> db on tcp/10-12", "- web -> db on tcp/1-4"]
            ),
            ("", "- allow any -> db\n", ["+ any -> db"]),
            ("", "- allow db -> any on udp\n", ["+ db -> any on udp"]),
            ("", "- allow any -> any\n", ["+ any -> any"]),
            ("", "- allow vm ops1, web -> web on udp\n", ["+ ops1 -> web on udp"]),
            ("", "- allow office -> web on tcp/80\n", ["+ office -> web on tcp/80"]),
            (
                "", "- allow cidr 192.168.4.0/22 -> web on tcp/80, tcp/443\n",
                ["+ outside 192.168.4.0/22 -> web on tcp/80, tcp/443"]
            ),
            (
                "", "- allow web -> cidr 0.0.0.0/0 except vm db1, vm ops1\n",
                [
                    "+ web -> outside 0.0.0.0/0"
                ]
            ),
            ("", "- allow any except label has role -> db\n", ["+ any outside -> db"]),
            ("", "- allow vm ops1, web -> db on tcp/22\n", ["+ any vm -> db on tcp/22"]),
            (
                "- allow any -> any\n", "- deny any -> db on tcp/22\n- allow any -> any\n",
                ["- any -> db on tcp/22"]
            ),
            (
                "", "- allow cidr 10.0.0.1/32 -> db on sctp\n",
                [
                    "+ web1 at 10.0.0.1 -> db on sctp"
                ]
            ),
            ("- allow web -> db\n", "- allow web -> db on any\n- deny any -> any\n", []),
        ])
    func tellsChanges(old: String, new: String, expected: [String]) throws {
        let found = try lines(old, new)
        #expect(found == expected)
    }

    @Test("frames to all have lines of their own where nothing else changes")
    func tellsFramesToAll() throws {
        let old = "policy: db\nfor: vm db1\ndefault: deny\n"
        let new = "policy: db\nfor: vm db1\nrules:\n- allow any -> any on udp/5353, tcp/5353\n"
        let web = try policy(
            "policy: web\nfor: vm web1\nrules:\n- allow any -> cidr 224.0.0.0/4\n")
        let compiled = try [old, new].map {
            try PolicyCompiler.compile([try policy($0), web], try shop())
        }
        let diff = try PolicyDiff(from: compiled[0], to: compiled[1])
        #expect(
            diff.description.split(separator: "\n") == [
                "+ db1 -> any outside on tcp/5353, udp/5353",
                "+ any outside -> db1 on tcp/5353, udp/5353",
                "+ web1 -> db1 at 10.0.0.2 on udp/5353 by frames to all",
            ])
    }

    @Test("lists are shortened, and say by how much")
    func shortensLists() throws {
        let endpoints = try (1...12 as ClosedRange<UInt16>).map {
            try PolicyEndpoint("vm\($0) role=\($0 == 12 ? "db" : "x\($0)")", $0)
        }
        let names = (1...11).map { "vm vm\($0)" }.joined(separator: ", ")
        let found = try lines(
            "- allow vm vm11 -> db\n", "- allow \(names) -> db\n",
            PolicyUniverse(endpoints: endpoints))
        #expect(found == ["+ vm1, vm2, vm3, vm4, vm5, vm6, … (4 more) -> db"])
    }

    @Test("policies of different universes are not compared")
    func refusesOtherUniverses() throws {
        let file = try policy(Self.head + "- deny any -> any\n")
        let one = try PolicyCompiler.compile([file], try shop())
        let other = try PolicyCompiler.compile([file], PolicyUniverse())
        #expect(throws: PolicyDiffError.self) { try PolicyDiff(from: one, to: other) }
        let same = try PolicyDiff(from: one, to: one)
        #expect(same.isEmpty && !same.widens)
    }

    @Test("the lines mean exactly the packets that change", arguments: 0..<10)
    func meansWhatChanges(chunk: UInt64) throws {
        var changed = 0
        for seed in (chunk * 22 + 1)...(chunk * 22 + 22) {
            var random = RandomPromise(seed: seed &+ 7_000)
            let universe = try random.universe()
            let files = try random.files()
            let others = try random.variation(of: files)
            let old = try PolicyCompiler.compileUnproven(files, universe)
            let new = try PolicyCompiler.compileUnproven(others, universe)
            let diff = try PolicyDiff(from: old, to: new, isWhole: true)
            var packets = NaivePackets(files + others, universe)
            packets.thin(&random.policies)
            let fault = try packets.firstDifference(diff, from: old, to: new)
            #expect(fault == nil, "seed \(seed): \(fault ?? "")\n\(diff)")
            #expect(diff.widens == !diff.gained.isEmpty)
            changed += diff.isEmpty ? 0 : 1
        }
        #expect(changed > 1, "too few of 22 seeds change anything: \(changed)")
    }
}

extension RandomPromise {
    /// The same files with a rule more, taken out, moved or changed, or a default less.
    mutating func variation(of files: [PolicyFile]) throws -> [PolicyFile] {
        var files = files
        let index = policies.chance(70) ? files.count - 1 : 0
        var rules = files[index].rules
        let place = Int(policies.random.next() % UInt64(rules.count))
        switch policies.random.next() % 8 {
        case 0: rules.remove(at: place)
        case 1: rules.append(rules.remove(at: place))
        case 2: rules[place].action = rules[place].action == .allow ? .deny : .allow
        case 3: rules[place].services = []
        case 4:
            let file = files.count - 1
            let promise = policies.pick(files[file].invariants)
            files[file].rules[0].senders = promise.senders
            files[file].rules[0].receivers = promise.receivers
            files[file].rules[0].action = .allow
            files[file].rules[0].text += " varied"
            return files
        case 5:
            let other = policies.pick(rules)
            (rules[place].senders, rules[place].services) = (other.senders, other.services)
        default:
            // What the file promises not to happen serves as peers and services of a new rule.
            var rule = rules[place]
            let promises = files[files.count - 1].invariants
            let promise = policies.pick(promises)
            (rule.senders, rule.receivers) = (promise.senders, promise.receivers)
            (rule.services, rule.action) = (promise.services, .allow)
            rule.text += " varied"
            files[files.count - 1].rules.insert(rule, at: 0)
            return files
        }
        // A sentence stands for its meaning: another one has another text.
        if place < rules.count { rules[place].text += " varied" }
        files[index].rules = rules
        if policies.chance(20) { files[index].defaultRule = nil }
        return files
    }
}

extension NaivePackets {
    /// Keeps what VMs own, and some of the other addresses and services.
    mutating func thin(_ random: inout RandomPolicy) {
        let owned = Set(endpoints.flatMap(\.ownedAddresses))
        var others = addresses.filter { !owned.contains($0) }.sorted()
        while others.count > 24 { others.remove(at: Int(random.random.next() >> 1) % others.count) }
        addresses = owned.sorted() + others
        while services.count > 14 {
            services.remove(at: Int(random.random.next() >> 1) % services.count)
        }
    }

    /// A packet about which diff and tables disagree, in words.
    func firstDifference(
        _ diff: PolicyDiff, from old: CompiledPolicy, to new: CompiledPolicy
    ) throws -> String? {
        for network in networks {
            let senders = senders(in: network)
            for isToAll in [false, true] {
                let receivers = isToAll ? groupReceivers(in: network) : receivers(in: network)
                let lines = (diff.gained + diff.lost).map {
                    ReadLine($0, (senders, receivers), isToAll, self)
                }
                let groups = groups(in: network)
                let comparison = Comparison(
                    packets: self, lines: lines,
                    letOut: isToAll
                        ? (letOut(old, senders, groups), letOut(new, senders, groups)) : nil,
                    policies: (old, new))
                for (from, sender) in senders.enumerated() {
                    for (to, receiver) in receivers.enumerated() where canMeet(sender, receiver) {
                        let found = comparison.difference((from, sender), (to, receiver))
                        if let found { return found }
                    }
                }
            }
        }
        return nil
    }
}

/// Holds the lines of a diff against the tables of both policies, packet by packet.
private struct Comparison {
    let packets: NaivePackets
    let lines: [ReadLine]
    /// For frames to all: for each sender and service whether it gets out to any group.
    let letOut: (old: [[Bool]], new: [[Bool]])?
    let policies: (old: CompiledPolicy, new: CompiledPolicy)

    func difference(
        _ from: (index: Int, end: NaivePackets.End), _ to: (index: Int, end: NaivePackets.End)
    ) -> String? {
        let possible = packets.services(isIPv4: from.end.address.isIPv4)
        for (number, service) in packets.services.enumerated()
        where possible.contains(service) && (letOut == nil || service.ipProtocol != .tcp) {
            let was = passes(false, from.index, (from.end, to.end), number)
            let will = passes(true, from.index, (from.end, to.end), number)
            let told = lines.filter { $0.means(from.index, to.index, number) }
            let exact = told.filter { $0.isToAll == (letOut != nil) }.map(\.isGained)
            // What changes for packets to the receiver itself is not told again for those to all.
            let isTold = letOut == nil ? Set(exact) == [will] : told.map(\.isGained).contains(will)
            let isRight = was == will ? exact.isEmpty : isTold && !exact.contains(!will)
            guard !isRight else { continue }
            return "\(from.end) -> \(to.end) \(service) to all: \(letOut != nil): \(was) \(will)"
        }
        return nil
    }

    private func passes(
        _ isNew: Bool, _ from: Int, _ ends: (from: NaivePackets.End, to: NaivePackets.End),
        _ service: Int
    ) -> Bool {
        let policy = isNew ? policies.new : policies.old
        let key = packets.services[service]
        guard let letOut else {
            return packets.passes(policy, from: ends.from, to: ends.to, key)
        }
        return (isNew ? letOut.new : letOut.old)[from][service]
            && packets.isLetIn(policy, ends.to, ends.from.address, key)
    }
}

extension NaivePackets {
    /// For each sender and service whether a frame to any of `groups` is let out.
    fileprivate func letOut(
        _ policy: CompiledPolicy, _ senders: [End], _ groups: [IPAddress]
    ) -> [[Bool]] {
        senders.map { sender in
            let groups = groups.filter { $0.isIPv4 == sender.address.isIPv4 }
            return services.map { service in
                groups.contains { isLetOut(policy, sender, $0, service) }
            }
        }
    }
}

/// A line of a diff, read back from its words.
private struct ReadLine {
    let isGained: Bool
    let isToAll: Bool
    private let senders: [Bool]
    private let receivers: [Bool]
    private let services: [Bool]

    /// - Parameter isToAll: whether the receivers are VMs as frames to all reach them.
    init(
        _ line: PolicyDiff.Line, _ ends: (from: [NaivePackets.End], to: [NaivePackets.End]),
        _ isToAll: Bool, _ packets: NaivePackets
    ) {
        isGained = line.isGained
        self.isToAll = line.isToAll
        senders = ends.from.map { end in
            line.senders.contains { Self.means($0, end, false, packets) }
        }
        receivers = ends.to.map { end in
            line.receivers.contains { Self.means($0, end, isToAll, packets) }
        }
        services = packets.services.map { Self.mean(line.services, $0) }
    }

    func means(_ sender: Int, _ receiver: Int, _ service: Int) -> Bool {
        senders[sender] && receivers[receiver] && services[service]
    }

    private static func means(
        _ word: String, _ end: NaivePackets.End, _ isToAll: Bool, _ packets: NaivePackets
    ) -> Bool {
        let isOwn =
            isToAll || end.endpoint.map { $0.ownedAddresses.contains(end.address) } ?? false
        switch word {
        case "any": return true
        case "any vm": return isOwn
        case "any outside": return end.endpoint == nil
        default: break
        }
        let parts = word.split(separator: " ").map(String.init)
        if parts[0] == "outside" { return end.endpoint == nil && holds(parts[1], end.address) }
        if parts.count == 1, parts[0].hasPrefix("g") || parts[0].contains("/") {
            guard end.endpoint == nil || isOwn else { return false }
            return packets.isMember(end, of: parts[0])
        }
        guard let endpoint = end.endpoint, endpoint.vm == parts[0] else { return false }
        if parts.count == 1 { return isOwn }
        if parts[1] == "at" { return isOwn && "\(end.address)" == parts[2] }
        guard !isOwn else { return false }
        if parts[2] == "any" { return true }
        guard parts[2] == "outside" else { return "\(end.address)" == parts[2] }
        let owner = packets.naive.owner(of: end.address, in: endpoint.network)
        return owner == nil && holds(parts[3], end.address)
    }

    private static func holds(_ prefix: String, _ address: IPAddress) -> Bool {
        IPPrefix(prefix).map { $0.contains(address) && prefix.contains(":") != address.isIPv4 }
            ?? false
    }

    private static func mean(_ words: [String], _ service: ServiceKey) -> Bool {
        guard let first = words.first else { return true }
        let except = "any except "
        guard first.hasPrefix(except) else { return words.contains { means($0, service) } }
        let excepted = first.dropFirst(except.count).split(separator: ", ").map(String.init)
        return !excepted.contains { means($0, service) }
    }

    private static func means(_ word: String, _ service: ServiceKey) -> Bool {
        let parts = word.split(separator: "/").map(String.init)
        let numbers = parts.dropFirst().first?.split(separator: "-").compactMap { Int($0) } ?? []
        let range = numbers.isEmpty ? 0...65_535 : numbers[0]...numbers[numbers.count - 1]
        let ipProtocol = Int(service.ipProtocol.rawValue)
        if parts[0] == "proto" { return range.contains(ipProtocol) }
        let named = ["icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58, "sctp": 132]
        guard named[parts[0]] == ipProtocol else { return false }
        let isICMP = ipProtocol == 1 || ipProtocol == 58
        return range.contains(Int(service.detail) >> (isICMP && !numbers.isEmpty ? 8 : 0))
    }
}

extension NaivePackets {
    /// Whether a group as a diff names it (`g1`, or `p0/g1`) means an end.
    fileprivate func isMember(_ end: End, of name: String) -> Bool {
        let parts = name.split(separator: "/").map(String.init)
        let file = naive.files.last {
            (parts.count == 1 || $0.name.value == parts[0])
                && $0.groups.contains { $0.name.value == parts[parts.count - 1] }
        }
        let group = file?.groups.first { $0.name.value == parts[parts.count - 1] }
        guard let file, let group else { return false }
        return naive.names(group.members, file) { naive.matches($0, (end.endpoint, end.address)) }
    }
}
