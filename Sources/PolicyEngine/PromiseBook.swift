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
        let groups = graph.nodes(ofGroupsIn: file)
        let services = file.termsOfServices
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

extension [PolicyFile] {
    /// Whether other files, whose groups and services mean the same, make the same promises.
    func promiseAlike(_ others: [PolicyFile]) -> Bool {
        elementsEqual(others) {
            $0.name.value == $1.name.value
                && $0.invariants.map(\.text) == $1.invariants.map(\.text)
        }
    }
}
