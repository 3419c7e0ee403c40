public import Packet

/// Policies compiled for the ports of one switch: immutable, whole, and the owner of its tables.
public final class CompiledPolicy: Sendable {
    /// The view through which workers decide; valid as long as this object lives.
    public let table: PolicyTable
    /// The files compiled, in the order of decision.
    public let files: [PolicyFile]
    /// What was compiled for.
    public let universe: PolicyUniverse
    /// Remarks: what is legal, but probably not what was meant.
    public let warnings: [PolicyWarning]
    /// The limits of the rules that have one, by the number of the rule.
    public var limits: [RuleID: RuleLimit] { book.limits }
    /// The last day of the rule that is over next: from the day after on, the tables say more than
    /// the files, and the policy must be compiled again. Nil when no rule has a last day to come.
    public var nextExpiry: PolicyDay? { book.nextExpiry }
    /// The bytes of all tables.
    public let byteCount: Int

    /// The rules as they were compiled.
    let book: RuleBook
    /// Who they were compiled for.
    let world: PolicyWorld
    /// Where the tables of each subject of ``world`` begin; nil where no file selects it.
    let subjectTables: [PortCompiler.Tables?]
    private let storage: Storage

    /// The memory behind ``table``.
    struct Storage: ~Copyable, Sendable {
        let ports: TableStorage<PortRecord>
        let words: TableStorage<UInt32>
        let slots: TableStorage<HostSlot>
        let trie: TableStorage<UInt32>
        let starts: TableStorage<IPAddress>
        let startClasses: TableStorage<UInt32>
        let peerClasses: TableStorage<UInt32>

        func view(_ secret: HostSecret) -> PolicyTable {
            unsafe PolicyTable(
                ports: ports.base, portCount: ports.count, words: words.base,
                addresses: AddressTable(
                    secret: secret, slots: slots.base, trie: trie.base, starts: starts.base,
                    startClasses: startClasses.base, startCount: startClasses.count,
                    peerClasses: peerClasses.base))
        }

        var byteCount: Int {
            ports.byteCount + words.byteCount + slots.byteCount + trie.byteCount
                + starts.byteCount + startClasses.byteCount + peerClasses.byteCount
        }
    }

    init(
        _ book: RuleBook,
        _ subjects: (universe: PolicyUniverse, world: PolicyWorld, tables: [PortCompiler.Tables?]),
        _ image: consuming TableImage, _ warnings: [PolicyWarning]
    ) {
        files = book.files
        self.book = book
        (universe, world, subjectTables) = subjects
        self.warnings = warnings
        storage = Storage(
            ports: TableStorage(image.ports), words: TableStorage(image.words),
            slots: TableStorage(image.slots), trie: TableStorage(image.trie),
            starts: TableStorage(image.starts), startClasses: TableStorage(image.startClasses),
            peerClasses: TableStorage(image.peerClasses))
        table = storage.view(image.secret)
        byteCount = storage.byteCount
    }

    /// No policy at all: everything is denied.
    public static let empty = CompiledPolicy(
        .empty, (PolicyUniverse(), PolicyWorld(.empty, PolicyUniverse()), []), TableImage(), [])

    /// The rule with this number; the built-in denial for a number of another policy.
    public func rule(_ id: RuleID) -> RuleDescription {
        rules.indices.contains(Int(id.rawValue)) ? rules[Int(id.rawValue)] : .builtIn
    }

    /// Every rule and default, the built-in denial first.
    public var rules: [RuleDescription] { book.descriptions }

    /// The words that ``TableReading`` may read.
    var wordCount: Int { storage.words.count }

    /// Whether a file selects the port; an ungoverned port denies everything.
    public func isGoverned(_ port: PortNumber) -> Bool { table.isGoverned(port) }
}
