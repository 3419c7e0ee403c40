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
            let book = try book(of: request)
            return PolicyCheckReply(policies: book.summaries, errors: [], warnings: book.warnings)
        } catch {
            return PolicyCheckReply(
                policies: [], errors: error.errors.map { PolicyFault($0) }, warnings: [])
        }
    }

    /// Makes the files the whole policy, or changes nothing.
    package func applyPolicy(_ request: PolicyRequest) async throws(Problem) -> PolicyApplyReply {
        await beginChange()
        defer { endChange() }
        let book: PolicyBook
        do throws(PolicyErrors) {
            book = try self.book(of: request)
        } catch {
            throw Problem(error)
        }
        let cutFlows = await cutFlows(by: book)
        try commit { state in
            state.generation += 1
            state.policies = book.sources
            state.policyGeneration = book.sources.isEmpty ? 0 : state.generation
        }
        replacePolicy(by: book)
        publish()
        logger.notice(
            "policy applied",
            metadata: [
                "generation": "\(state.generation)", "policies": "\(book.sources.count)",
                "cut": "\(cutFlows)",
            ])
        return PolicyApplyReply(
            generation: UInt64(state.generation), cutFlows: cutFlows, policies: book.summaries,
            warnings: book.warnings)
    }

    /// The whole policy in force.
    package func policies() -> PolicyList {
        PolicyList(generation: UInt64(state.policyGeneration), policies: policy.summaries)
    }

    /// The policy of this name.
    package func policy(named name: String) throws(Problem) -> PolicyShow {
        if let policy = policy.show(name) { return policy }
        throw Problem(
            .notFound, "No policy '\(name)' is in force.", field: "name",
            hint: "List the policies with 'vswctl policy show'.")
    }

    private func book(of request: PolicyRequest) throws(PolicyErrors) -> PolicyBook {
        let sources = request.files.map { StoredPolicy(path: $0.path, text: $0.text) }
        return try PolicyBook(sources, for: universe(of: numberedPorts))
    }

    /// How many live connections `book` forbids.
    private func cutFlows(by book: PolicyBook) async -> Int {
        let limit = connectionCountMax
        // Behind the overlay lie no rules of this host, as behind an uplink.
        let uplinks = Set(
            attachedPorts.filter(\.isUplink).compactMap { links[$0.device]?.number } + [.overlay])
        let records = await dataPath.connections(limit: limit)
        return records.count { record in
            !record.state.isFinished && book.cuts(record) { uplinks.contains($0) }
        }
    }
}
