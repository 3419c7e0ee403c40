public import Packet

/// Policies compiled for the ports of one switch: immutable, whole, and the owner of its tables.
public final class CompiledPolicy: Sendable {
    /// The view through which workers decide; valid as long as this object lives.
    public let table: PolicyTable
    /// The files compiled, in the order of decision.
    public var files: [PolicyFile] { book.files }
    /// What was compiled for.
    public let universe: PolicyUniverse
    /// Remarks: what is legal, but probably not what was meant.
    ///
    /// - Cost: each time anew, a look at which rules decide anything (``RuleSurvey``), and a proof
    ///   of what files in audit mode promise: up to seconds, which nobody who changes a VM waits
    ///   for.
    public var warnings: [PolicyWarning] {
        world.warnings(book) + ExpiryReport.warnings(book) + remarks + failedTests
            + UnjudgedServices.warnings(files) + DefaultReport.warnings(book, world.subjects)
            + RuleReport.warnings(book, world)
            + PromiseReport.warnings(self)
    }
    /// The limits of the rules that have one, by the number of the rule.
    public var limits: [RuleID: RuleLimit] { book.limits }
    /// The last day of the rule that is over next: from the day after on, the tables say more than
    /// the files, and the policy must be compiled again. Nil when no rule has a last day to come.
    public var nextExpiry: PolicyDay? { book.nextExpiry }
    /// The bytes of all tables.
    public let byteCount: Int

    /// The tests that do not hold any more, of files that were in force before.
    public let failedTests: [PolicyWarning]

    /// What else the tests have to say.
    private let remarks: [PolicyWarning]

    /// What is known of a policy besides its tables.
    struct Notes {
        var remarks: [PolicyWarning] = []
        var failedTests: [PolicyWarning] = []
        var strangers: PromiseStrangers?
    }

    /// The rules as they were compiled.
    let book: RuleBook
    /// Who they were compiled for.
    let world: PolicyWorld
    /// What addresses without a VM can be; nil where nothing is promised.
    let strangers: PromiseStrangers?
    /// The memory behind ``table``; the blocks of each subject of ``world``, nil where no file
    /// selects it.
    let image: TableImage

    init(
        _ book: RuleBook, _ subjects: (universe: PolicyUniverse, world: PolicyWorld),
        _ image: consuming TableImage, _ notes: Notes = Notes()
    ) {
        self.book = book
        (universe, world) = subjects
        (remarks, failedTests, strangers) = (notes.remarks, notes.failedTests, notes.strangers)
        table = image.view
        byteCount = image.byteCount
        self.image = image
    }

    /// No policy at all: everything is denied.
    public static let empty: CompiledPolicy = {
        let world = PolicyWorld(.empty, PolicyUniverse())
        let secret = HostSecret()
        return CompiledPolicy(
            .empty, (PolicyUniverse(), world),
            TableImage(
                world, PartStore(), [], (AddressImage(world.partition, secret), secret)))
    }()

    /// The rule with this number; the built-in denial for a number of another policy.
    public func rule(_ id: RuleID) -> RuleDescription {
        book.description(of: id)
    }

    /// Every rule and default, the built-in denial first.
    public var rules: some RandomAccessCollection<RuleDescription> {
        book.ids.lazy.map { self.book.description(of: $0) }
    }

    /// All rules have numbers below this.
    public var ruleIDEnd: Int { book.rules.count + 1 }

    /// How many pieces of the tables are the very memory of `other`'s: none, unless one was made
    /// from the other (``CompileTerms/previous``).
    package func sharedPartCount(with other: CompiledPolicy) -> Int {
        zip(image.store.parts, other.image.store.parts).count { $0 === $1 }
    }

    /// The files whose `for` selects an endpoint, an index of the universe's: as indices of
    /// ``files``, ascending.
    public func files(governing endpoint: Int) -> [Int] {
        world.subjects[endpoint].files.map { Int($0) }
    }

    /// Whether a file selects the port; an ungoverned port denies everything.
    public func isGoverned(_ port: PortNumber) -> Bool { table.isGoverned(port) }
}
