/// What a rule or default does with a connection that it decides about.
struct RuleDecision {
    let id: RuleID
    let action: RuleAction
    let logging: Verdict.Logging
    let isLimited: Bool
    /// Whether it stands in a file in audit mode.
    let isAudited: Bool

    /// Whether it would refuse, but its file is in audit mode: the refusal is recorded, and others
    /// decide.
    var isOnlyRecorded: Bool { isAudited && (action == .deny || action == .reject) }

    /// The verdict, as written; a `pass` decides nothing.
    var verdict: Verdict? {
        var traits = Verdict.Traits()
        traits.logging = logging
        traits.isLimited = isLimited
        return switch action {
        case .allow: Verdict(.allow, by: id, traits)
        case .deny: Verdict(.deny, by: id, traits)
        case .reject: Verdict(.reject, by: id, traits)
        case .pass: nil
        }
    }

    /// The verdict on a connection that this would refuse, and that nothing else refuses.
    var recorded: Verdict {
        var traits = Verdict.Traits()
        traits.logging = logging
        traits.isAudited = true
        return Verdict(.allow, by: id, traits)
    }
}

/// What decides at a port about what its rules leave open.
struct DefaultChain: Hashable, Sendable {
    /// The defaults of each tier that may decide, by the names of their files: up to the first one
    /// that is not in audit mode.
    private(set) var defaults: [PolicyTier: [RuleBook.Default]] = [:]
    /// Whether every file that selects the port is in audit mode.
    private(set) var isAuditOnly = true

    /// - Parameter scopes: the files that select a port, in the order of decision.
    init(_ scopes: [RuleBook.Scope]) {
        for scope in scopes {
            isAuditOnly = isAuditOnly && scope.isAudited
            let known = defaults[scope.tier] ?? []
            guard let fallback = scope.fallback, known.allSatisfy(\.isAudited) else { continue }
            defaults[scope.tier] = known + [fallback]
        }
    }

    /// The verdict where the tiers decided `decided`, and `recorded` would have refused before.
    ///
    /// A refusal by a file that enforces stands. Where nothing decides, the built-in denial does,
    /// unless every file is in audit mode: then it too is only recorded.
    func verdict(_ decided: Verdict?, recorded: Verdict?) -> Verdict {
        if let decided, decided.action != .allow { return decided }
        if let recorded { return recorded }
        return decided ?? (isAuditOnly ? Self.auditedDenial : .denyByDefault)
    }

    /// The built-in denial at a port whose files all are in audit mode.
    private static let auditedDenial = RuleDecision(
        id: .builtIn, action: .deny, logging: .none, isLimited: false, isAudited: true
    ).recorded
}
