/// Turns the frame of a file into a ``PolicyFile``, section by section, noting every fault.
struct PolicyFileReader {
    var diagnostics: Diagnostics

    /// The file; nil, with the fault noted, when it is no mapping. With other faults noted, parts
    /// of the file are empty: it serves only to find further ones.
    mutating func file(_ frame: YAMLFrame, _ source: PolicySource) -> PolicyFile? {
        guard case .mapping(let pairs, _) = frame else {
            diagnostics.report(
                at: frame.position, "a policy file is a mapping of keys, not \(frame.kind)",
                hint: "begin with `policy: NAME`")
            return nil
        }
        var draft = PolicyDraft()
        for (key, value) in pairs { read(key, value, into: &draft) }
        return finish(draft, source, at: frame.position)
    }

    private mutating func read(
        _ key: LocatedText, _ value: YAMLFrame, into draft: inout PolicyDraft
    ) {
        switch key.string {
        case "policy": draft.name = policyName(value)
        case "tier": draft.tier = tier(value)
        case "for": draft.selector = selector(value)
        case "mode": draft.mode = mode(value)
        case "groups": draft.groups = groups(value)
        case "services": draft.services = services(value)
        case "rules": draft.rules = rules(value)
        case "default": draft.defaultRule = defaultRule(value)
        case "never": draft.invariants = invariants(value)
        case "tests": draft.tests = tests(value)
        default:
            diagnostics.report(
                at: key.position, "unknown key `\(key.string)`",
                hint: Spelling.hint(for: key.string, among: PolicyFile.keys, "keys"))
        }
        draft.keys.insert(key.string)
    }

    private mutating func finish(
        _ draft: PolicyDraft, _ source: PolicySource, at position: SourcePosition
    ) -> PolicyFile {
        for (key, hint) in [
            ("policy", "add `policy: NAME`; verdicts are reported under this name"),
            ("for", "add `for: PEERS`, the VMs whose ports the rules govern, or `for: any`"),
        ] where !draft.keys.contains(key) {
            diagnostics.report(at: position, "the key `\(key)` is missing", hint: hint)
        }
        var file = PolicyFile(
            source: source, name: draft.name ?? Located("", at: position),
            selector: draft.selector ?? PeerSet([]))
        file.tier = draft.tier ?? .app
        file.mode = draft.mode ?? .enforce
        file.groups = draft.groups
        file.services = draft.services
        file.rules = draft.rules
        file.defaultRule = draft.defaultRule
        file.invariants = draft.invariants
        file.tests = draft.tests
        return file
    }
}

/// What has been read of a file so far.
struct PolicyDraft {
    var keys: Set<String> = []
    var name: Located<String>?
    var tier: PolicyTier?
    var selector: PeerSet?
    var mode: PolicyMode?
    var groups: [NamedGroup] = []
    var services: [NamedService] = []
    var rules: [PolicyRule] = []
    var defaultRule: DefaultRule?
    var invariants: [PolicyInvariant] = []
    var tests: [PolicyTest] = []
}
