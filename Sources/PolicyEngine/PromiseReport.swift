/// Says what is odd about the promises of a policy.
enum PromiseReport {
    /// A remark on each promise of which one side is nobody, and on each that does not hold while
    /// its file is in audit mode.
    static func warnings(_ policy: CompiledPolicy) -> [PolicyWarning] {
        idle(policy) + broken(policy)
    }

    /// A promise about nobody holds, and may be a slip of the pen.
    private static func idle(_ policy: CompiledPolicy) -> [PolicyWarning] {
        let book = PromiseBook(policy.files)
        guard !book.promises.isEmpty else { return [] }
        let partition = PrefixPartition(book.graph)
        let ends = policy.universe.endpoints.map { (Identity($0, book.graph), $0) }
        guard !partition.isOverBudget, let named = book.graph.populated(partition, ends) else {
            return []
        }
        return book.promises.compactMap { promise in
            let sides = [
                (promise.senders, promise.sentence.senders, "senders"),
                (promise.receivers, promise.sentence.receivers, "receivers"),
            ]
            guard let (_, peers, side) = sides.first(where: { !named[$0.0] }) else { return nil }
            return PolicyWarning(
                path: promise.file.source.path, position: peers.position,
                message: "`never \(promise.sentence.text)` is about nobody yet: its \(side) "
                    + "`\(peers)` are none")
        }
    }

    private static func broken(_ policy: CompiledPolicy) -> [PolicyWarning] {
        // What is too large to be proven is refused where it is enforced.
        let broken = (try? PolicyProof.broken(in: policy) { $0.mode == .audit }) ?? []
        return broken.map { promise, packet in
            PolicyWarning(
                path: promise.file.source.path, position: promise.sentence.position,
                message: "`never \(promise.sentence.text)` does not hold while policy "
                    + "`\(promise.file.name.value)` is in audit mode: \(packet.passage)")
        }
    }
}
