import Packet

/// The `never` sentences of all files, with nodes for their sides in a graph of their own.
struct PromiseBook: Sendable {
    /// One sentence.
    struct Promise: Sendable {
        let file: PolicyFile
        let sentence: PolicyInvariant
        let senders: Int
        let receivers: Int
        let services: ServiceSet
    }

    private(set) var graph = SelectorGraph()
    private(set) var promises: [Promise] = []

    init(_ files: [PolicyFile]) {
        for file in files where !file.invariants.isEmpty { append(file) }
        graph.freeze()
    }

    private mutating func append(_ file: PolicyFile) {
        var groups: [String: Int] = [:]
        for group in file.groups {
            groups[group.name.value] = graph.node(of: group.members, groups: groups)
        }
        let services = Dictionary(
            file.services.map { ($0.name.value, $0.terms) }, uniquingKeysWith: { first, _ in first }
        )
        for sentence in file.invariants {
            promises.append(
                Promise(
                    file: file, sentence: sentence,
                    senders: graph.node(of: sentence.senders, groups: groups),
                    receivers: graph.node(of: sentence.receivers, groups: groups),
                    services: ServiceSet(
                        ascending: ServiceRange.union(of: sentence.services, services))))
        }
    }
}
