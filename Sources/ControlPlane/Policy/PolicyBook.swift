import ControlAPI
import DataPath
import FlowTable
import Packet
import PolicyEngine

/// The whole policy: its sources as they were applied, and their compiled form for the present
/// ports.
package struct PolicyBook: Sendable {
    /// The files as they were applied.
    package let sources: [StoredPolicy]
    /// Their compiled form; its files stand in the order of decision.
    package let compiled: CompiledPolicy
    /// What names their rules, also when the tables are gone.
    package let names: RuleNames
    /// The first generation in which these sources were in force: rule numbers of verdicts made
    /// since then are theirs. Rules keep their numbers as long as the files that were parsed are
    /// handed on (``recompiled(for:)``); parsed anew, they may get others. A policy whose rules are
    /// those of the former one by name and number takes its first generation over.
    var firstGeneration: UInt32 = 0

    /// No policy: every port is closed.
    package static let empty = PolicyBook(sources: [], compiled: .empty)

    private init(sources: [StoredPolicy], compiled: CompiledPolicy) {
        self.sources = sources
        self.compiled = compiled
        names = RuleNames(compiled)
    }

    /// Parses and compiles `sources` for the VMs of `universe`. What is as in `former` is taken
    /// over from there.
    package init(
        _ sources: [StoredPolicy], for universe: PolicyUniverse, after former: PolicyBook = .empty
    ) throws(PolicyErrors) {
        let terms = CompileTerms(today: .current, previous: former.compiled)
        let files = try former.parse(sources)
        self.init(
            sources: sources, compiled: try PolicyCompiler.compile(files, universe, terms))
    }

    /// The same for sources that were in force before: tests of theirs that do not hold any more
    /// are warnings.
    package init(
        restoring sources: [StoredPolicy], for universe: PolicyUniverse
    ) throws(PolicyErrors) {
        let terms = CompileTerms(today: .current, isAccepted: true)
        let files = try Self.empty.parse(sources)
        self.init(
            sources: sources, compiled: try PolicyCompiler.compile(files, universe, terms))
    }

    /// The compiled form of `sources` alone, whether or not their promises and tests hold.
    static func unproven(
        _ sources: [StoredPolicy], for universe: PolicyUniverse
    ) throws(PolicyErrors) -> CompiledPolicy {
        let terms = CompileTerms(today: .current, isAccepted: true)
        return try PolicyCompiler.compileUnproven(try empty.parse(sources), universe, terms)
    }

    /// Every file parsed, or every fault of every file. Those of this book are known already.
    private func parse(_ sources: [StoredPolicy]) throws(PolicyErrors) -> [PolicyFile] {
        let known = Dictionary(
            compiled.files.map { ($0.source.path, $0) }, uniquingKeysWith: { first, _ in first })
        var files: [PolicyFile] = []
        var errors: [PolicyError] = []
        for source in sources {
            if self.sources.contains(source), let file = known[source.path],
                file.source.text == source.text
            {
                files.append(file)
                continue
            }
            do throws(PolicyErrors) {
                var file = try PolicyParser.parse(
                    PolicySource(path: source.path, text: source.text))
                if source.isAudited { file.mode = .audit }
                files.append(file)
            } catch {
                errors += error.errors
            }
        }
        guard errors.isEmpty else { throw PolicyErrors(errors) }
        return files
    }

    /// The same sources, compiled for other VMs.
    package func recompiled(for universe: PolicyUniverse) throws(Problem) -> PolicyBook {
        do throws(PolicyErrors) {
            let terms = CompileTerms(today: .current, isAccepted: true, previous: compiled)
            var book = PolicyBook(
                sources: sources,
                compiled: try PolicyCompiler.compile(compiled.files, universe, terms))
            book.firstGeneration = firstGeneration
            return book
        } catch {
            throw Problem(conflicting: error)
        }
    }

    /// The compiled form for the VMs of `universe`, made anew where it was made for others: after a
    /// start that found no policy it knows nobody.
    func compiled(for universe: PolicyUniverse) throws(Problem) -> CompiledPolicy {
        guard compiled.universe.endpoints != universe.endpoints else { return compiled }
        do throws(PolicyErrors) {
            let terms = CompileTerms(today: .current, isAccepted: true)
            return try PolicyCompiler.compileUnproven(compiled.files, universe, terms)
        } catch {
            throw Problem(conflicting: error)
        }
    }

    /// Whether the policy forbids a connection that lives, so that its next frame ends it;
    /// `uplinks` are the ports without rules.
    func cuts(_ record: ConnectionRecord, _ uplinks: Set<PortNumber>) -> Bool {
        refusal(of: record, uplinks) != nil
    }

    /// The verdict by which it does: the sender's, if that refuses.
    func refusal(of record: ConnectionRecord, _ uplinks: Set<PortNumber>) -> PolicyEngine.Verdict? {
        let question = Question(record.key.tuple)
        let ends = [
            (TrafficDirection.egress, record.ports.original, question.egress),
            (.ingress, record.ports.reply, question.ingress),
        ]
        return ends.lazy.filter { !uplinks.contains($0.1) }
            .map { compiled.table.classify(port: $1, $0, $2) }
            .first { $0.action != .allow }
    }
}

extension Problem {
    /// The problem document for policy files that are refused.
    init(_ errors: PolicyErrors) {
        self.init(policyErrors: errors.errors.map { PolicyFault($0) })
    }

    /// The problem document for a change of ports that the policy in force does not admit.
    init(conflicting errors: PolicyErrors) {
        self.init(
            .conflict,
            "With this change the policies in force contradict each other, or break a promise.",
            hint: "Correct the policies named in the errors and apply them first.")
        self.errors = errors.errors.map { PolicyFault($0) }
    }
}

extension PolicyFault {
    /// A fault of a policy file, as it is reported.
    init(_ error: PolicyError) {
        self.init(
            path: error.path, line: error.line, column: error.column, message: error.message)
        hint = error.hint
        sourceLine = error.sourceLine
    }

    /// A remark on a policy file, as it is reported.
    init(_ warning: PolicyWarning) {
        self.init(
            path: warning.path, line: warning.position.line, column: warning.position.column,
            message: warning.message)
    }
}
