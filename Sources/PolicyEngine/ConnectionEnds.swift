import Packet

/// Finds who may stand at the two ends of a connection that people name by VM or address.
struct ConnectionEnds {
    /// One possible end of a connection.
    struct End {
        /// The number of the VM's endpoint; nil for an address that no VM has: it may stand in
        /// every network.
        let endpoint: Int?
        let address: IPAddress
    }

    private let endpoints: [PolicyEndpoint]
    private var vms: [String: [Int]] = [:]
    private var owners: [IPAddress: [Int]] = [:]

    init(_ endpoints: [PolicyEndpoint]) {
        self.endpoints = endpoints
        for (number, endpoint) in endpoints.enumerated() {
            vms[endpoint.vm, default: []].append(number)
            for address in Set(endpoint.ownedAddresses) {
                owners[address, default: []].append(number)
            }
        }
    }

    /// The names of all VMs.
    var vmNames: [String] { Array(vms.keys) }

    /// Whether a VM is called so.
    func knows(vm: String) -> Bool { vms[vm] != nil }

    /// The bound addresses of a VM, in each of its networks.
    func ends(ofVM vm: String) -> [End] {
        (vms[vm] ?? []).flatMap { number in
            endpoints[number].addresses.map { End(endpoint: number, address: $0) }
        }
    }

    /// The VMs that have an address, and nobody: in other networks it is a stranger's.
    func ends(at address: IPAddress) -> [End] {
        (owners[address] ?? []).map { End(endpoint: $0, address: address) }
            + [End(endpoint: nil, address: address)]
    }

    /// `VM@ADDRESS`: the VM with an address that it may use without owning it; nil for other texts.
    func bearers(_ text: String) -> [End]? {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let address = IPAddress(parts[1]) else { return nil }
        let bearers = (vms[parts[0]] ?? []).filter { number in
            endpoints[number].anyAddress || endpoints[number].ownedAddresses.contains(address)
        }
        return bearers.isEmpty ? nil : bearers.map { End(endpoint: $0, address: address) }
    }

    /// The pairs that one packet can have. An address is taken as a stranger's only in networks
    /// where no VM has it.
    func pairs(_ senders: [End], _ receivers: [End]) -> [(sender: End, receiver: End)] {
        senders.flatMap { sender in
            receivers.filter { receiver in
                guard sender.address.isIPv4 == receiver.address.isIPv4 else { return false }
                switch (network(of: sender), network(of: receiver)) {
                case (let first?, let second?): return first == second
                case (let network?, nil): return !isOwned(receiver.address, in: network)
                case (nil, let network?): return !isOwned(sender.address, in: network)
                case (nil, nil): return false
                }
            }.map { (sender, $0) }
        }
    }

    private func network(of end: End) -> VNI? { end.endpoint.map { endpoints[$0].network } }

    private func isOwned(_ address: IPAddress, in network: VNI) -> Bool {
        (owners[address] ?? []).contains { endpoints[$0].network == network }
    }
}
