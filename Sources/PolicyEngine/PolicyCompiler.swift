import Packet

/// Compiles policy files into the tables that workers read.
public enum PolicyCompiler {
    /// The compiled form of `files` for the ports of `universe`.
    ///
    /// - Precondition: each port number occurs once in `universe`.
    /// - Parameter today: the day for which the tables hold: rules whose last day is over stand in
    ///   none. See ``CompiledPolicy/nextExpiry``.
    /// - Throws: every contradiction between files of one tier, a policy name used twice, every
    ///   test that does not hold, that the tables would exceed `budget`, or every `never` that does
    ///   not hold for all packets, with a packet that shows it (``PolicyProof``). The policy is
    ///   then refused whole.
    public static func compile(
        _ files: [PolicyFile], _ universe: PolicyUniverse, today: PolicyDay,
        budget: CompileBudget = .standard
    ) throws(PolicyErrors) -> CompiledPolicy {
        let compiled = try compileUnproven(files, universe, today: today, budget: budget)
        try PolicyProof.check(compiled)
        return compiled
    }

    /// The same without a look at the promises: for those who ask ``PolicyProof`` themselves.
    package static func compileUnproven(
        _ files: [PolicyFile], _ universe: PolicyUniverse, today: PolicyDay,
        budget: CompileBudget = .standard
    ) throws(PolicyErrors) -> CompiledPolicy {
        try checkNames(files)
        return try compile(RuleBook(files, today: today), universe, budget, isNew: true)
    }

    /// Files that were accepted before, compiled again: for other VMs, another day, after a start.
    ///
    /// - Throws: what ``compile(_:_:today:budget:)`` throws, but for tests: where one fails because
    ///   a VM came or a rule is over, that is a warning. Otherwise a rule that is over would stay
    ///   in force by the very tests that miss it. Promises are proven anew.
    public static func recompile(
        _ files: [PolicyFile], _ universe: PolicyUniverse, today: PolicyDay,
        budget: CompileBudget = .standard
    ) throws(PolicyErrors) -> CompiledPolicy {
        let compiled = try compile(
            RuleBook(files, today: today), universe, budget, isNew: false)
        try PolicyProof.check(compiled)
        return compiled
    }

    /// - Parameter isNew: whether the files were not accepted before.
    private static func compile(
        _ book: RuleBook, _ universe: PolicyUniverse, _ budget: CompileBudget, isNew: Bool
    ) throws(PolicyErrors) -> CompiledPolicy {
        let result: Result<CompiledPolicy, PolicyErrors>
        do throws(BudgetFault) {
            result = try build(book, universe, budget, isNew: isNew)
        } catch {
            throw overBudget(error, book.files)
        }
        return try result.get()
    }

    private static func build(
        _ book: RuleBook, _ universe: PolicyUniverse, _ budget: CompileBudget, isNew: Bool
    ) throws(BudgetFault) -> Result<CompiledPolicy, PolicyErrors> {
        let world = PolicyWorld(book, universe)
        guard !world.isOverBudget else { throw BudgetFault.overlapping }
        var compiler = PortCompiler(book, world, budget, PartStore())
        var blocks: [PortBlocks?] = []
        for subject in world.subjects {
            // VMs elsewhere too: proofs and diffs speak of every port that the files govern.
            blocks.append(try compiler.compile(subject))
        }
        if !compiler.evidence.isEmpty {
            return .failure(ConflictReport(book, world).errors(compiler.evidence))
        }
        let secret = HostSecret()
        let image = TableImage(
            world, compiler.parts, blocks, (AddressImage(world.partition, secret), secret))
        try BudgetFault.checkHost(image.byteCount, budget)
        return finished(compiler, universe, image, isNew: isNew)
    }

    /// The policy with all remarks, unless a test refuses it.
    static func finished(
        _ compiler: PortCompiler, _ universe: PolicyUniverse, _ image: consuming TableImage,
        isNew: Bool
    ) -> Result<CompiledPolicy, PolicyErrors> {
        let (book, world) = (compiler.book, compiler.world)
        let check = PolicyTestCheck(book, TableReading(world, (image.blocks, image.store)))
        if isNew, !check.failures.isEmpty { return .failure(PolicyErrors(check.failures)) }
        let warnings =
            world.warnings + ExpiryReport.warnings(book) + RuleReport.warnings(book, world)
            + check.warnings + check.failures.map { PolicyWarning($0) }
        return .success(CompiledPolicy(book, (universe, world), image, warnings))
    }

    /// Refuses two files of one name: their verdicts could not be told apart.
    private static func checkNames(_ files: [PolicyFile]) throws(PolicyErrors) {
        var first: [String: PolicyFile] = [:]
        var errors: [PolicyError] = []
        for file in files {
            guard let earlier = first[file.name.value] else {
                first[file.name.value] = file
                continue
            }
            let place = "\(earlier.source.path):\(earlier.name.position.line)"
            errors.append(
                PolicyError(
                    file, at: file.name.position,
                    (
                        "the policy name `\(file.name.value)` is already used in \(place)",
                        "give each file a name of its own"
                    )))
        }
        if !errors.isEmpty { throw PolicyErrors(errors) }
    }

    private static func overBudget(_ fault: BudgetFault, _ files: [PolicyFile]) -> PolicyErrors {
        guard let largest = files.max(by: { $0.rules.count < $1.rules.count }) else {
            return PolicyErrors([])
        }
        return PolicyErrors([
            PolicyError(
                largest, at: largest.name.position,
                (
                    fault.message,
                    "name fewer separate prefixes and port ranges, "
                        + "or select fewer VMs; this is the file with the most rules"
                ))
        ])
    }
}

extension PolicyError {
    /// A fault of a file that has been read.
    init(
        _ file: PolicyFile, at position: SourcePosition, _ text: (message: String, hint: String)
    ) {
        self.init(
            path: file.source.path, at: position, text,
            sourceLine: SourceText(file.source).line(position.line))
    }
}
