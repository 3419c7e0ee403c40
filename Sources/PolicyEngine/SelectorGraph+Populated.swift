import Packet

extension SelectorGraph {
    /// The most words that the search may read.
    private static let wordCountMax = 1 << 24

    /// The nodes that hold one of `ends` at an address that it may use, or an address without a VM;
    /// nil when there are too many nodes and ends to tell cheaply.
    ///
    /// - Parameter partition: that of the graph.
    func populated(
        _ partition: PrefixPartition, _ ends: [(identity: Identity, endpoint: PolicyEndpoint)]
    ) -> BitSet? {
        var found = BitSet(below: nodeCount, universalNodes)
        var budget = Self.wordCountMax
        for (identity, classes) in [(Identity(nil, self), partition.addressClasses)]
            + ends.map({ ($0.identity, partition.classes(of: $0.endpoint)) })
        {
            for number in classes {
                let members = memberList(identity, partition.bits(of: number))
                budget -= 8 + 4 * members.count
                guard budget > 0 else { return nil }
                for node in members { found[Int(node)] = true }
            }
        }
        return found
    }
}

extension PrefixPartition {
    /// The prefix classes that addresses have, ascending; others are those of VMs.
    fileprivate var addressClasses: [Int] {
        Set((ipv4 + ipv6).map(\.prefixClass) + singleList.map(\.prefixClass)).sorted()
    }

    /// The prefix classes of the addresses that an endpoint may use.
    fileprivate func classes(of endpoint: PolicyEndpoint) -> [Int] {
        endpoint.anyAddress
            ? addressClasses
            : Array(Set(endpoint.ownedAddresses.map { prefixClass(of: $0) }))
    }
}
