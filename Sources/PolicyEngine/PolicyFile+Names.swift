// What a file's own names stand for. Names are unique in a file that was read.

extension PolicyFile {
    /// The terms of each named service.
    var termsOfServices: [String: [Located<ServiceTerm>]] {
        Dictionary(
            services.map { ($0.name.value, $0.terms) }, uniquingKeysWith: { first, _ in first })
    }
}

extension SelectorGraph {
    /// The nodes of the groups of `file`; a group is made of groups above it.
    mutating func nodes(ofGroupsIn file: PolicyFile) -> [String: Int] {
        var nodes: [String: Int] = [:]
        for group in file.groups {
            nodes[group.name.value] = node(of: group.members, groups: nodes)
        }
        return nodes
    }
}
