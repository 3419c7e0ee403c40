import ControlAPI
import PolicyEngine

// The policies that were in force: listed, returned to, confirmed in time or taken back.
extension SwitchController {
    /// The policies that were in force, the latest first.
    package func policyHistory() -> PolicyHistory {
        let current = state.currentGeneration?.generation
        let generations = state.history.reversed().map { stored in
            var generation = PolicyGeneration(
                generation: UInt64(stored.generation),
                appliedAt: "\(UnixTime(seconds: stored.appliedAt))", origin: stored.origin,
                digest: stored.digest)
            generation.files = stored.files.map(\.path)
            generation.audited = stored.files.contains(where: \.isAudited)
            generation.current = stored.generation == current
            return generation
        }
        return PolicyHistory(generations: generations, confirmation: pendingConfirmation)
    }

    /// Brings the policy of an earlier generation back, as a new generation.
    package func rollBack(
        _ request: PolicyRollbackRequest
    ) async throws(Problem) -> PolicyApplyReply {
        await beginChange()
        defer { endChange() }
        let generation = request.generation
        guard let number = UInt32(exactly: generation),
            let sources = try storedPolicies(of: number)
        else {
            throw Problem(
                .notFound,
                "No policy came into force in generation \(generation), or the history has it no "
                    + "more.",
                field: "generation",
                hint: "Generations count changes of VMs and networks too; 'vswctl policy history' "
                    + "lists those that can be returned to.")
        }
        let book: PolicyBook
        do throws(PolicyErrors) {
            book = try PolicyBook(restoring: sources, for: universe(of: numberedPorts))
        } catch {
            throw Problem(error)
        }
        return try await install(book, Installation(origin: "rolled back to \(generation)"))
    }

    /// Keeps the policy that waits to be confirmed.
    package func confirmPolicy() async throws(Problem) -> PolicyConfirmReply {
        await beginChange()
        defer { endChange() }
        guard let confirmation = state.confirmation else {
            throw Problem(
                .conflict, "No policy waits to be confirmed.",
                hint: "If it was not confirmed in time, it was taken back: see 'vswctl policy "
                    + "history'.")
        }
        try commit { $0.confirmation = nil }
        logger.notice(
            "policy confirmed", metadata: ["generation": "\(confirmation.generation)"])
        return PolicyConfirmReply(generation: UInt64(confirmation.generation))
    }

    /// Takes the policy back that was not confirmed in time; called every few milliseconds.
    ///
    /// A former policy that cannot be compiled any more closes every port, as at a start: the one
    /// that nobody confirmed does not stay in force for that.
    package func expireConfirmation(now: UnixTime = .now) async {
        guard let waiting = state.confirmation, now.seconds >= waiting.deadline else { return }
        await beginChange()
        defer { endChange() }
        guard let confirmation = state.confirmation, confirmation == waiting else { return }
        do throws(Problem) {
            let sources = try storedPolicies(of: confirmation.fallback) ?? []
            try commit { state in
                state.generation += 1
                state.install(
                    sources, at: now.seconds,
                    origin: "\(confirmation.generation) was not confirmed: back to "
                        + "\(confirmation.fallback)")
            }
        } catch {
            logger.error(
                "cannot take back a policy that was not confirmed; trying again",
                metadata: ["reason": "\(error.detail)"])
            return
        }
        logger.warning(
            "policy was not confirmed in time and is taken back",
            metadata: [
                "generation": "\(confirmation.generation)", "former": "\(confirmation.fallback)",
            ])
        restorePolicy()
        publish()
    }

    /// Refuses a change of the policy while one waits to be confirmed: it would be unclear what to
    /// return to.
    func refuseWhileUnconfirmed() throws(Problem) {
        guard let pending = pendingConfirmation else { return }
        throw Problem(
            .conflict,
            "Generation \(pending.generation) waits to be confirmed for another "
                + "\(pending.secondsLeft) s.",
            hint: "Keep it with 'vswctl policy confirm', or go back with 'vswctl policy rollback "
                + "\(pending.fallback)'.")
    }

    private var pendingConfirmation: PolicyConfirmation? {
        state.confirmation.map { confirmation in
            PolicyConfirmation(
                generation: UInt64(confirmation.generation),
                fallback: UInt64(confirmation.fallback),
                secondsLeft: Int(max(0, confirmation.deadline - UnixTime.now.seconds)))
        }
    }

    /// The policies of a generation; nil when the history does not have it. Generation 0 is no
    /// policy.
    private func storedPolicies(of generation: UInt32) throws(Problem) -> [StoredPolicy]? {
        guard generation > 0 else { return [] }
        do throws(StateError) {
            return try store.policies(of: generation)
        } catch {
            throw Problem(error)
        }
    }
}
