import ControlAPI
import PolicyEngine

// What another policy would change, in connections.
extension SwitchController {
    /// Which connections the files would make possible or impossible; changes nothing.
    package func diffPolicy(
        _ request: PolicyDiffRequest
    ) async throws(Problem) -> PolicyDiffReply {
        let book: PolicyBook
        do throws(PolicyErrors) {
            book = try self.book(of: request.files, isAudited: request.audit)
        } catch {
            throw Problem(error)
        }
        let outlook = try outlook(of: book, isWhole: request.all)
        var reply = PolicyDiffReply(cutFlows: await cutFlows(by: book), warnings: book.warnings)
        reply.gained = outlook.today.gained.map { PolicyChange($0) }
        reply.lost = outlook.today.lost.map { PolicyChange($0) }
        reply.omittedGained = outlook.today.omittedGainedCount
        reply.omittedLost = outlook.today.omittedLostCount
        reply.later = outlook.later.map { PolicyLaterChanges($0) }
        reply.limits = outlook.limits.map(\.description)
        return reply
    }

    /// Refuses a policy that makes connections possible that the one in force makes impossible, now
    /// or when rules are over. Where none is in force, there is nothing to widen.
    func refuseWidening(by book: PolicyBook, isAudited: Bool) throws(Problem) {
        guard !policy.sources.isEmpty else { return }
        guard let (day, diff) = try outlook(of: book).firstWidening else { return }
        let shown = diff.gained.prefix(3).map { PolicyChange($0).text }
        let more = diff.gained.count + diff.omittedGainedCount - shown.count
        let command =
            "vswctl policy diff \(book.compiled.files.pathWords)" + (isAudited ? " --audit" : "")
        let what = day.map {
            "From \($0) on, when a rule is over, the policy would make possible what would stay "
                + "impossible: "
        }
        throw Problem(
            .conflict,
            (what ?? "The policy would make possible what is impossible now: ")
                + shown.joined(separator: "; ") + (more > 0 ? "; and \(more) more." : "."),
            field: "allowWidening",
            hint: "See all of it with `\(command)`; apply with --allow-widening if it is meant.")
    }

    private func outlook(
        of book: PolicyBook, isWhole: Bool = false
    ) throws(Problem) -> PolicyOutlook {
        let old = try policy.compiled(for: book.compiled.universe)
        do throws(PolicyDiffError) {
            return try PolicyOutlook(from: old, to: book.compiled, isWhole: isWhole)
        } catch {
            throw Problem(
                .failed, "\(error.message).",
                hint: error.hint + ", or apply with --allow-widening, which compares nothing")
        }
    }
}

extension PolicyLaterChanges {
    fileprivate init(_ later: PolicyOutlook.Later) {
        self.init(from: "\(later.day)")
        gained = later.diff.gained.map { PolicyChange($0) }
        lost = later.diff.lost.map { PolicyChange($0) }
        omittedGained = later.diff.omittedGainedCount
        omittedLost = later.diff.omittedLostCount
    }
}

extension PolicyChange {
    fileprivate init(_ line: PolicyDiff.Line) {
        self.init(
            from: line.senders, to: line.receivers, services: line.services, toAll: line.isToAll)
    }
}
