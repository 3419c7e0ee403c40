/// The rank of a policy file: earlier tiers decide first.
public enum PolicyTier: String, CaseIterable, Sendable, Comparable {
    /// What must hold whatever anyone else writes.
    case `guard`
    /// Rules of those who run the platform.
    case platform
    /// Rules of an application's owners; the tier of a file that names none.
    case app
    /// What remains for VMs that nobody decided about.
    case baseline

    /// The place in the order of decision, from 0.
    public var rank: Int {
        switch self {
        case .guard: 0
        case .platform: 1
        case .app: 2
        case .baseline: 3
        }
    }

    /// Whether `left` decides before `right`.
    public static func < (left: PolicyTier, right: PolicyTier) -> Bool { left.rank < right.rank }
}
