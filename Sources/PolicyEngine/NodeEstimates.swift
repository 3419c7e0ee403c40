import Packet

/// How many boundaries the rules of a node would need in the merged form, at most.
///
/// They only say in which form a port is tried first. A policy hands them on to those made from it,
/// though other VMs may have changed the classes of a node since.
struct NodeEstimates: Sendable {
    private struct Estimate {
        var own = 0
        var common = 0
        var classes = 0
    }

    private var known: [TrafficDirection: [UInt32: Estimate]] = [:]

    /// Forgets a node whose rules are others now.
    mutating func forget(_ node: UInt32, _ direction: TrafficDirection) {
        known[direction]?[node] = nil
    }

    mutating func boundaryCount(
        _ nodes: [UInt32], _ direction: TrafficDirection,
        _ world: (book: RuleBook, world: PolicyWorld)
    ) -> Int {
        var sum = Estimate(own: 0, common: 1, classes: 1)
        for node in nodes {
            let estimate = estimate(node, direction, world)
            sum.own += estimate.own
            sum.common += estimate.common
            sum.classes += estimate.classes
        }
        return sum.own + sum.common * min(sum.classes, world.world.classes.count)
    }

    private mutating func estimate(
        _ node: UInt32, _ direction: TrafficDirection,
        _ world: (book: RuleBook, world: PolicyWorld)
    ) -> Estimate {
        if let estimate = known[direction]?[node] { return estimate }
        var estimate = Estimate()
        for number in world.book.index.rules(of: node, direction) {
            let rule = world.book.rules[Int(number)]
            let peer = direction == .egress ? rule.receivers : rule.senders
            if world.book.graph.universalNodes.contains(UInt32(peer)) {
                estimate.common += rule.ranges.count * 2
            } else {
                let count = world.world.classes.ofNode[peer].count
                estimate.own += rule.ranges.count * 2 * count
                estimate.classes += count
            }
        }
        known[direction, default: [:]][node] = estimate
        return estimate
    }
}
