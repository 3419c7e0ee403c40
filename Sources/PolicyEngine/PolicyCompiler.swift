import Packet

/// Compiles policy files into the tables that workers read.
public enum PolicyCompiler {
    /// The compiled form of `files` for the ports of `universe`.
    ///
    /// - Precondition: each port number occurs once in `universe`.
    /// - Throws: every contradiction between files of one tier, a policy name used twice, every
    ///   test that does not hold, that the tables would exceed the budget, or every `never` that
    ///   does not hold for all packets, today and when rules will be over, with a packet that shows
    ///   it (``PolicyProof``). The policy is then refused whole.
    public static func compile(
        _ files: [PolicyFile], _ universe: PolicyUniverse, _ terms: CompileTerms
    ) throws(PolicyErrors) -> CompiledPolicy {
        let compiled: CompiledPolicy
        var isKept = false
        if let (edited, promises) = PolicyUpdate(files, universe, terms)?.policy() {
            compiled = edited
            isKept = promises.isKept
        } else {
            compiled = try compileWhole(files, universe, terms)
        }
        if !isKept { try PolicyProof.check(compiled, isShown: !terms.isAccepted) }
        // Files in force do not fall today because of tomorrow.
        if !terms.isAccepted { try checkDaysToCome(compiled, terms) }
        return compiled
    }

    /// How many last days to come are looked at.
    private static let lastDayCountMax = 32

    /// Compiles and proves the files for the day after each last day to come, too: at midnight
    /// nobody can be asked about a rule whose end breaks a promise, or lets two others meet.
    private static func checkDaysToCome(
        _ compiled: CompiledPolicy, _ terms: CompileTerms
    ) throws(PolicyErrors) {
        var terms = CompileTerms(today: terms.today, budget: terms.budget, isAccepted: true)
        var last = compiled.nextExpiry
        var count = 0
        while let day = last, count < lastDayCountMax {
            count += 1
            terms.today = PolicyDay(number: day.number + 1)
            do throws(PolicyErrors) {
                let later = try compileUnproven(compiled.files, compiled.universe, terms)
                try PolicyProof.check(later, isShown: false)
                last = later.nextExpiry
            } catch {
                throw error.dated(terms.today)
            }
        }
    }

    /// The same for files that are new on the day `today`.
    public static func compile(
        _ files: [PolicyFile], _ universe: PolicyUniverse, today: PolicyDay,
        budget: CompileBudget = .standard
    ) throws(PolicyErrors) -> CompiledPolicy {
        try compile(files, universe, CompileTerms(today: today, budget: budget))
    }

    /// The same without a look at the promises: for those who ask ``PolicyProof`` themselves.
    package static func compileUnproven(
        _ files: [PolicyFile], _ universe: PolicyUniverse, _ terms: CompileTerms
    ) throws(PolicyErrors) -> CompiledPolicy {
        if let edited = PolicyUpdate(files, universe, terms)?.policy() { return edited.policy }
        return try compileWhole(files, universe, terms)
    }

    private static func compileWhole(
        _ files: [PolicyFile], _ universe: PolicyUniverse, _ terms: CompileTerms
    ) throws(PolicyErrors) -> CompiledPolicy {
        try checkNames(files)
        let result: Result<CompiledPolicy, PolicyErrors>
        do throws(BudgetFault) {
            let book = RuleBook(files, today: terms.today, after: terms.previous?.book)
            result = try build(book, universe, terms)
        } catch {
            throw overBudget(error, files)
        }
        return try result.get()
    }

    private static func build(
        _ book: RuleBook, _ universe: PolicyUniverse, _ terms: CompileTerms
    ) throws(BudgetFault) -> Result<CompiledPolicy, PolicyErrors> {
        let world = PolicyWorld(book, universe)
        guard !world.isOverBudget else { throw BudgetFault.overlapping }
        var compiler = PortCompiler(book, world, terms.budget)
        var blocks: [PortBlocks?] = []
        for subject in world.subjects {
            // VMs elsewhere too: proofs and diffs speak of every port that the files govern.
            blocks.append(try compiler.compile(subject))
        }
        if !compiler.evidence.isEmpty {
            return .failure(ConflictReport(book, world).errors(compiler.evidence))
        }
        compiler.parts.noteBuilt()
        let secret = HostSecret()
        let image = TableImage(
            world, compiler.parts, blocks, (AddressImage(world.partition, secret), secret))
        try BudgetFault.checkHost(image.byteCount, terms.budget)
        let strangers = PromiseStrangers(book.files, world)
        return finished(compiler, (universe, strangers), image, isAccepted: terms.isAccepted)
    }

    /// The policy with what it tells about itself, unless a test refuses it.
    static func finished(
        _ compiler: PortCompiler,
        _ ends: (universe: PolicyUniverse, strangers: PromiseStrangers?),
        _ image: consuming TableImage, isAccepted: Bool
    ) -> Result<CompiledPolicy, PolicyErrors> {
        let (book, world) = (compiler.book, compiler.world)
        let check = PolicyTestCheck(book, TableReading(world, (image.blocks, image.store)))
        if !isAccepted, !check.failures.isEmpty { return .failure(PolicyErrors(check.failures)) }
        let notes = CompiledPolicy.Notes(
            remarks: check.warnings, failedTests: check.failures.map { PolicyWarning($0) },
            strangers: ends.strangers)
        return .success(CompiledPolicy(book, (ends.universe, world), image, notes))
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

extension PolicyErrors {
    /// The same as what will be wrong on `day`.
    fileprivate func dated(_ day: PolicyDay) -> PolicyErrors {
        PolicyErrors(
            errors.map { error in
                PolicyError(
                    path: error.path,
                    at: SourcePosition(line: error.line, column: error.column),
                    (
                        "from \(day) on, when a rule is over, \(error.message)",
                        "\(error.hint); or let the rule last"
                    ), sourceLine: error.sourceLine)
            })
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
