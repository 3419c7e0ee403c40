import ControlAPI
import DataPath
import FlowTable
import Packet
import PolicyEngine

// Policies: checked, applied, shown.
extension SwitchController {
    /// Compiles the files against the VMs that exist; changes nothing.
    package func checkPolicy(_ request: PolicyRequest) -> PolicyCheckReply {
        do throws(PolicyErrors) {
            let book = try book(of: request.files, isAudited: request.audit)
            return PolicyCheckReply(policies: book.summaries, errors: [], warnings: book.warnings)
        } catch {
            return PolicyCheckReply(
                policies: [], errors: error.errors.map { PolicyFault($0) }, warnings: [])
        }
    }

    /// Makes the files the whole policy, or changes nothing.
    package func applyPolicy(
        _ request: PolicyApplyRequest
    ) async throws(Problem) -> PolicyApplyReply {
        await beginChange()
        defer { endChange() }
        try refuseWhileUnconfirmed()
        let book: PolicyBook
        do throws(PolicyErrors) {
            book = try self.book(of: request.files, isAudited: request.audit)
        } catch {
            throw Problem(error)
        }
        // Who wants to confirm gets something to confirm.
        if request.confirmWithin == nil, isInForce(book.sources) { return unchanged(book) }
        if !request.allowWidening { try refuseWidening(by: book, isAudited: request.audit) }
        return try await install(
            book, Installation(origin: "applied", confirmWithin: request.confirmWithin))
    }

    /// Whether these very files are in force: then there is nothing to do, and the history is not
    /// filled with one policy.
    private func isInForce(_ sources: [StoredPolicy]) -> Bool {
        let sorted = { (sources: [StoredPolicy]) in sources.sorted { $0.path < $1.path } }
        return state.policyGeneration > 0 && policy.sources == state.policies
            && sorted(sources) == sorted(policy.sources)
    }

    private func unchanged(_ book: PolicyBook) -> PolicyApplyReply {
        var reply = PolicyApplyReply(
            generation: UInt64(state.policyGeneration), cutFlows: 0, policies: policy.summaries,
            warnings: book.warnings)
        reply.changed = false
        return reply
    }

    /// How a policy comes into force.
    struct Installation {
        /// In the words of the history.
        var origin: String
        /// After how many seconds without confirmation the former policy returns; nil is never.
        var confirmWithin: Int?
    }

    /// Puts a compiled policy in force and into the history.
    func install(
        _ book: PolicyBook, _ installation: Installation
    ) async throws(Problem) -> PolicyApplyReply {
        let cutFlows = await cutFlows(by: book)
        let now = UnixTime.now
        try commit { state in
            let fallback = state.policyGeneration
            state.generation += 1
            state.install(book.sources, at: now.seconds, origin: installation.origin)
            state.confirmation = installation.confirmWithin.map { seconds in
                StoredConfirmation(
                    generation: state.generation, fallback: fallback,
                    deadline: now.seconds + Int64(seconds))
            }
        }
        replacePolicy(by: book)
        publish()
        ruleTally.take(await dataPath.ruleHits(), rules: book.compiled.rules)
        logger.notice(
            "policy in force",
            metadata: [
                "generation": "\(state.generation)", "origin": "\(installation.origin)",
                "policies": "\(book.sources.count)", "cut": "\(cutFlows)",
            ])
        var reply = PolicyApplyReply(
            generation: UInt64(state.generation), cutFlows: cutFlows, policies: book.summaries,
            warnings: book.warnings)
        reply.confirmWithin = installation.confirmWithin
        return reply
    }

    /// The whole policy in force.
    package func policies() -> PolicyList {
        PolicyList(generation: UInt64(state.policyGeneration), policies: policy.summaries)
    }

    /// The policy of this name.
    package func policy(named name: String) async throws(Problem) -> PolicyShow {
        ruleTally.take(await dataPath.ruleHits(), rules: policy.compiled.rules)
        if let policy = policy.show(name, ruleTally) { return policy }
        throw Problem(
            .notFound, "No policy '\(name)' is in force.", field: "name",
            hint: "List the policies with 'vswctl policy show'.")
    }

    /// The files, compiled for the VMs that exist.
    func book(
        of files: [PolicyFileText], isAudited: Bool = false
    ) throws(PolicyErrors) -> PolicyBook {
        try PolicyBook(
            files.map { StoredPolicy($0, isAudited: isAudited) },
            for: universe(of: numberedPorts), after: policy)
    }

    /// How many live connections `book` forbids that the policy in force allows.
    func cutFlows(by book: PolicyBook) async -> Int {
        let records = await dataPath.connections(limit: connectionCountMax)
        let uplinks = unjudgedPorts
        return records.count { record in
            !record.state.isFinished && !policy.cuts(record, uplinks) && book.cuts(record, uplinks)
        }
    }

    /// The ports whose ends no rules of this host judge: uplinks, and the overlay.
    var unjudgedPorts: Set<PortNumber> {
        Set(attachedPorts.filter(\.isUplink).compactMap { links[$0.device]?.number } + [.overlay])
    }
}

extension StoredPolicy {
    /// A file as it was sent.
    init(_ file: PolicyFileText, isAudited: Bool = false) {
        self.init(path: file.path, text: file.text, isAudited: isAudited)
    }
}
