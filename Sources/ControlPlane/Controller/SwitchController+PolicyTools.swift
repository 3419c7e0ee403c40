import ControlAPI
import DataPath
import Packet
import PolicyEngine

// Policies made from what is observed, and tried on what was.
extension SwitchController {
    /// Writes a policy from the connections that live; changes nothing.
    package func recommendPolicy(
        _ request: PolicyRecommendRequest
    ) async throws(Problem) -> PolicyRecommendReply {
        let name = request.name ?? PolicyRecommendRequest.standardName
        try PolicyNaming.check(name)
        let universe = universe(of: numberedPorts)
        for (index, vm) in request.vms.enumerated()
        where !universe.endpoints.contains(where: { $0.vm == vm }) {
            throw Problem(
                .notFound, "There is no VM '\(vm)'.", field: "vms.\(index)",
                hint: "'vswctl port list' and 'vswctl directory show' list the VMs.")
        }
        var recommendation = FlowRecommendation(universe, vms: request.vms)
        let records = await dataPath.connections(limit: connectionCountMax)
        let uplinks = unjudgedPorts
        // What the policy in force forbids by now is not to be allowed again.
        for record in records where !policy.cuts(record, uplinks) {
            recommendation.add(FlowRecommendation.Observation(record))
        }
        let reply = try FlowRecommendationText(recommendation).reply(named: name)
        return PolicyRecommendReply(
            text: reply, connections: recommendation.connectionCount,
            truncated: records.count == connectionCountMax)
    }

    /// Judges the connections in frames of a capture under the policy in force and under another;
    /// changes nothing, and holds up nobody meanwhile.
    package nonisolated func replayPolicy(
        _ request: ReplayRequest
    ) async throws(Problem) -> ReplayReply {
        try ReplayJudge(of: request, in: await replayWorld).reply(to: request)
    }

    private var replayWorld: ReplayJudge.World {
        var world = ReplayJudge.World(policy, universe(of: numberedPorts))
        for network in networksInForce { world.networks[network.vni] = network.name }
        for (port, number) in numberedPorts {
            world.devices[port.device] = network(port.network).vni
            world.ports[number] = port.device
        }
        for endpoint in overlay.remote.endpoints {
            let address = endpoint.ownedAddresses.first
            let place = address.flatMap { overlay.remote.place(of: $0, in: endpoint.network) }
            world.hosts[endpoint.vm] = place?.host
        }
        return world
    }
}
