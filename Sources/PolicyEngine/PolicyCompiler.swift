import Packet

/// Compiles policy files into the tables that workers read.
public enum PolicyCompiler {
    /// The compiled form of `files` for the ports of `universe`.
    ///
    /// - Precondition: each port number occurs once in `universe`.
    /// - Throws: every contradiction between files of one tier, a policy name used twice, or that
    ///   the tables would exceed `budget`. The policy is then refused whole.
    public static func compile(
        _ files: [PolicyFile], _ universe: PolicyUniverse, budget: CompileBudget = .standard
    ) throws(PolicyErrors) -> CompiledPolicy {
        try checkNames(files)
        let book = RuleBook(files)
        let result: Result<CompiledPolicy, PolicyErrors>
        do throws(BudgetFault) {
            result = try compile(book, universe, budget)
        } catch {
            throw overBudget(error, files)
        }
        return try result.get()
    }

    private static func compile(
        _ book: RuleBook, _ universe: PolicyUniverse, _ budget: CompileBudget
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
        return .success(CompiledPolicy(book, (universe, world), image))
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
