/// Checks that every name that a file uses is one that it defines, and none is defined twice.
struct NameResolution {
    private let groups: [String]
    private let services: [String]
    private let groupLines: [String: Int]
    private let serviceNames: Set<String>

    static func check(_ file: PolicyFile, _ diagnostics: inout Diagnostics) {
        let resolution = NameResolution(file)
        resolution.checkGroups(of: file, &diagnostics)
        resolution.checkServices(of: file, &diagnostics)
        resolution.check(file.selector, &diagnostics)
        for rule in file.rules where !diagnostics.isFull {
            resolution.check(rule.senders, &diagnostics)
            resolution.check(rule.receivers, &diagnostics)
            for term in rule.services { resolution.check(term, &diagnostics) }
        }
        for invariant in file.invariants where !diagnostics.isFull {
            resolution.check(invariant.senders, &diagnostics)
            resolution.check(invariant.receivers, &diagnostics)
            for term in invariant.services { resolution.check(term, &diagnostics) }
        }
        checkRuleNames(of: file, &diagnostics)
        let rules = file.ruleNames
        for test in file.tests where !diagnostics.isFull {
            resolution.check(test.service, &diagnostics)
            checkRule(of: test, file.name.value, rules, &diagnostics)
        }
    }

    private init(_ file: PolicyFile) {
        groups = file.groups.map(\.name.value)
        services = file.services.map(\.name.value)
        serviceNames = Set(services)
        groupLines = Dictionary(
            file.groups.map { ($0.name.value, $0.name.position.line) },
            uniquingKeysWith: { first, _ in first })
    }

    /// A group may name only groups above it: so none contains itself.
    private func checkGroups(of file: PolicyFile, _ diagnostics: inout Diagnostics) {
        for group in file.groups where !diagnostics.isFull {
            for peer in group.members.included + group.members.excepted {
                guard case .group(let name) = peer.value else { continue }
                guard let line = groupLines[name], line >= group.name.position.line else {
                    check(peer, &diagnostics)
                    continue
                }
                diagnostics.report(
                    at: peer.position,
                    "group `\(group.name.value)` names `\(name)`, which is not above it",
                    hint: "a group is made of groups above it; move `\(name)` up")
            }
        }
    }

    private func checkServices(of file: PolicyFile, _ diagnostics: inout Diagnostics) {
        for service in file.services where !diagnostics.isFull {
            for term in service.terms {
                guard case .named(let name) = term.value else { continue }
                diagnostics.report(
                    at: term.position, "a service is made of protocols and ports, not of `\(name)`",
                    hint: "write out what `\(name)` stands for, as in `tcp/80, tcp/443`")
            }
        }
    }

    private func check(_ peers: PeerSet, _ diagnostics: inout Diagnostics) {
        for peer in peers.included + peers.excepted { check(peer, &diagnostics) }
    }

    private func check(_ peer: Located<Peer>, _ diagnostics: inout Diagnostics) {
        guard case .group(let name) = peer.value, groupLines[name] == nil else { return }
        guard serviceNames.contains(name) else {
            let isAny = Spelling.nearest(to: name, among: ["any"] + groups) == "any"
            diagnostics.report(
                at: peer.position, "unknown group `\(name)`",
                hint: isAny
                    ? "did you mean `any`?"
                    : Spelling.hint(for: name, among: groups, "groups"))
            return
        }
        diagnostics.report(
            at: peer.position, "`\(name)` is a service, not a group",
            hint: "services stand after `on`")
    }

    private func check(_ term: Located<ServiceTerm>, _ diagnostics: inout Diagnostics) {
        guard case .named(let name) = term.value, !serviceNames.contains(name) else { return }
        guard groupLines[name] != nil else {
            let isNumber = name.utf8.allSatisfy { 0x30...0x39 ~= $0 }
            diagnostics.report(
                at: term.position, "unknown service `\(name)`",
                hint: isNumber
                    ? "each port has its protocol: write `tcp/\(name)`"
                    : Spelling.hint(for: name, among: services, "services"))
            return
        }
        diagnostics.report(
            at: term.position, "`\(name)` is a group, not a service",
            hint: "groups stand before `on`")
    }

    private static func checkRuleNames(of file: PolicyFile, _ diagnostics: inout Diagnostics) {
        var lines: [String: Int] = [:]
        for rule in file.rules {
            guard let name = rule.name else { continue }
            guard let line = lines.updateValue(rule.position.line, forKey: name.value) else {
                continue
            }
            diagnostics.report(
                at: name.position, "the rule name `\(name.value)` is already used on line \(line)",
                hint: "give each rule of a file a name of its own")
        }
    }

    /// A test may name rules of its own file, which are known, and of others, which are not yet.
    private static func checkRule(
        of test: PolicyTest, _ policy: String, _ rules: [String],
        _ diagnostics: inout Diagnostics
    ) {
        guard let rule = test.rule, rule.value != "default" else { return }
        let parts = rule.value.split(separator: "/").map(String.init)
        guard parts.count == 1 || parts[0] == policy, !rules.contains(parts[parts.count - 1])
        else { return }
        diagnostics.report(
            at: rule.position, "unknown rule `\(rule.value)`",
            hint: rules.isEmpty
                ? "this file has no rules"
                : Spelling.hint(for: parts[parts.count - 1], among: rules, "rules"))
    }
}

extension PolicyFile {
    /// What its rules, and its default, are called within the file: `as` NAME, or `#` NUMBER.
    var ruleNames: [String] {
        rules.enumerated().map { $1.name?.value ?? "#\($0 + 1)" }
            + (defaultRule == nil ? [] : ["default"])
    }
}
