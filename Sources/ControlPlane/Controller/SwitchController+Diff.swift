import ControlAPI
import PolicyEngine

// What another policy would change, in connections.
extension SwitchController {
    /// Which connections the files would make possible or impossible; changes nothing.
    package func diffPolicy(_ request: PolicyRequest) async throws(Problem) -> PolicyDiffReply {
        let book: PolicyBook
        do throws(PolicyErrors) {
            book = try self.book(of: request.files, isAudited: request.audit)
        } catch {
            throw Problem(error)
        }
        let diff = try difference(to: book)
        var reply = PolicyDiffReply(cutFlows: await cutFlows(by: book), warnings: book.warnings)
        reply.gained = diff.gained.map { PolicyChange($0) }
        reply.lost = diff.lost.map { PolicyChange($0) }
        reply.omittedGained = diff.omittedGainedCount
        reply.omittedLost = diff.omittedLostCount
        return reply
    }

    /// Refuses a policy that makes connections possible that the one in force makes impossible.
    /// Where none is in force, there is nothing to widen.
    func refuseWidening(by book: PolicyBook, isAudited: Bool) throws(Problem) {
        guard !policy.sources.isEmpty else { return }
        let diff = try difference(to: book)
        guard diff.widens else { return }
        let shown = diff.gained.prefix(3).map { PolicyChange($0).text }
        let more = diff.gained.count + diff.omittedGainedCount - shown.count
        let command = "vswctl policy diff" + (isAudited ? " --audit" : "")
        throw Problem(
            .conflict,
            "The policy would make possible what is impossible now: "
                + shown.joined(separator: "; ") + (more > 0 ? "; and \(more) more." : "."),
            field: "allowWidening",
            hint: "See all of it with '\(command)'; apply with --allow-widening if it is meant.")
    }

    private func difference(to book: PolicyBook) throws(Problem) -> PolicyDiff {
        let old = try policy.compiled(for: book.compiled.universe)
        do throws(PolicyDiffError) {
            return try PolicyDiff(from: old, to: book.compiled)
        } catch {
            throw Problem(
                .failed, "\(error.message).",
                hint: error.hint + ", or apply with --allow-widening, which compares nothing")
        }
    }
}

extension PolicyChange {
    fileprivate init(_ line: PolicyDiff.Line) {
        self.init(
            from: line.senders, to: line.receivers, services: line.services, toAll: line.isToAll)
    }
}
