import Packet

/// Decides whether the promises of a policy that was made from a proven one by an edit surely hold.
///
/// A packet's verdict, and whether a promise speaks of it, depends on its two ends and on the rules
/// that speak of them. Other than before can only be packets with a VM that changed at one end, and
/// those that a rule speaks of that was put in or taken out. Of these all that the tables let pass
/// are gathered, and no less (``PromisePassages``): a promise that none of them breaks is kept.
struct PromiseUpdate {
    private let former: CompiledPolicy
    private let policy: CompiledPolicy
    private let change: PolicyChange
    private let rules: [RuleBook.Rule]

    /// - Parameters:
    ///   - former: a policy whose promises hold.
    ///   - rules: those that were put in or taken out.
    init(
        from former: CompiledPolicy, to policy: CompiledPolicy, _ change: PolicyChange,
        _ rules: [RuleBook.Rule]
    ) {
        self.former = former
        self.policy = policy
        self.change = change
        self.rules = rules.filter { !$0.isExpired }
    }

    /// Whether every promise holds; false also when that takes a whole proof to tell.
    var isKept: Bool {
        guard former.files.promiseAlike(policy.files), let strangers = policy.strangers else {
            return false
        }
        let book = PromiseBook(policy.files)
        let isAnyAddressUsed = [former, policy].contains { policy in
            policy.universe.endpoints.contains(where: \.anyAddress)
        }
        guard !isAnyAddressUsed, areVanishedAddressesCommon(strangers) else { return false }
        var scopes: Set<PromisePassages.Scope> = []
        let vms = changedVMs
        if !vms.isEmpty {
            scopes.insert(PromisePassages.Scope(senders: .vms(vms), receivers: .everyone))
            scopes.insert(PromisePassages.Scope(senders: .everyone, receivers: .vms(vms)))
        }
        for rule in rules {
            let services = ServiceSet(ascending: rule.ranges)
            guard book.promises.contains(where: { $0.services.meets(services) }) else { continue }
            scopes.insert(
                PromisePassages.Scope(
                    senders: .node(rule.senders), receivers: .node(rule.receivers),
                    services: services))
        }
        var passages = PromisePassages(policy, book, strangers)
        return scopes.allSatisfy { passages.keepPromises($0) }
    }

    /// The VMs that changed, and those that share an address with what changed: it may be theirs
    /// now, or no more.
    private var changedVMs: Set<Int> {
        var addresses: Set<PlacedAddress> = []
        for endpoint in former.universe.endpoints[change.oldEndpoints]
            + policy.universe.endpoints[change.newEndpoints]
        {
            for address in endpoint.ownedAddresses {
                addresses.insert(PlacedAddress(network: endpoint.network, address: address))
            }
        }
        guard !addresses.isEmpty else { return [] }
        var changed = Set(change.newEndpoints)
        for (number, endpoint) in policy.universe.endpoints.enumerated() {
            let isShared = endpoint.ownedAddresses.contains {
                addresses.contains(PlacedAddress(network: endpoint.network, address: $0))
            }
            if isShared { changed.insert(number) }
        }
        return changed
    }

    private struct PlacedAddress: Hashable {
        let network: VNI
        let address: IPAddress
    }

    /// Whether for each address that no VM has any more there was one like it before that none had.
    private func areVanishedAddressesCommon(_ strangers: PromiseStrangers) -> Bool {
        guard !change.oldEndpoints.isEmpty else { return true }
        let taken = Set(former.universe.endpoints.flatMap(\.ownedAddresses))
        return former.universe.endpoints[change.oldEndpoints].allSatisfy { endpoint in
            endpoint.ownedAddresses.allSatisfy { address in
                let network = policy.world.networks.first { $0.vni == endpoint.network }
                return network?.hosts[address] != nil
                    || strangers.isCommon(address, policy.world, besides: taken)
            }
        }
    }
}
