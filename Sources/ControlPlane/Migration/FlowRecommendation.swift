import ControlAPI
import FlowTable
import Packet
import PolicyEngine

/// Writes a policy in audit mode that allows exactly the connections that were observed.
package struct FlowRecommendation {
    /// A connection that lives: who opened it to whom, and through which ports.
    package struct Observation: Sendable {
        /// The network.
        package let network: VNI
        /// The direction in which it was opened.
        package let tuple: FiveTuple
        /// The ports it runs between.
        package let ports: ConnectionPorts

        /// A connection of the data path.
        package init(_ record: ConnectionRecord) {
            network = record.key.vni
            tuple = record.key.tuple
            ports = record.ports
        }

        /// A connection of these properties.
        package init(in network: VNI, _ tuple: FiveTuple, _ ports: ConnectionPorts) {
            self.network = network
            self.tuple = tuple
            self.ports = ports
        }
    }

    /// Where a sentence may speak of an end: the VM at its port, and, if the address belongs to
    /// somebody else, that one, whom the other end's port sees.
    enum Name: Hashable, Comparable {
        /// An endpoint of the universe, by its index.
        case endpoint(Int)
        /// An address that no VM has.
        case address(IPAddress)

        static func < (left: Name, right: Name) -> Bool {
            switch (left, right) {
            case (.endpoint(let one), .endpoint(let other)): one < other
            case (.endpoint, .address): true
            case (.address, .endpoint): false
            case (.address(let one), .address(let other)): one < other
            }
        }
    }

    /// Some who were seen to reach some others, each of them each other, on the same services.
    struct Rectangle {
        var senders: [Name]
        var receivers: [Name]
        var services: [ServiceKey]
        /// How many connections were seen.
        var count: Int
    }

    /// Two ends, as they are named.
    private struct Pair: Hashable {
        let sender: [Name]
        let receiver: [Name]
    }

    private let vms: Set<String>
    let universe: PolicyUniverse
    private let owners: AddressOwners
    private var counts: [Pair: [ServiceKey: Int]] = [:]
    /// How many connections were taken.
    package private(set) var connectionCount = 0

    /// Nothing is observed yet; connections without any of `vms` will not be, unless it is empty.
    package init(_ universe: PolicyUniverse, vms: [String]) {
        self.universe = universe
        self.vms = Set(vms)
        owners = AddressOwners(universe)
    }

    /// Takes a connection.
    package mutating func add(_ observation: Observation) {
        let tuple = observation.tuple
        let sender = names(observation.ports.original, tuple.source, observation.network)
        let receiver = names(observation.ports.reply, tuple.destination, observation.network)
        guard isWanted(sender + receiver) else { return }
        connectionCount += 1
        let pair = Pair(sender: sender, receiver: receiver)
        counts[pair, default: [:]][tuple.openingService, default: 0] += 1
    }

    private func isWanted(_ names: [Name]) -> Bool {
        vms.isEmpty
            || names.contains { name in
                if case .endpoint(let index) = name {
                    vms.contains(universe.endpoints[index].vm)
                } else {
                    false
                }
            }
    }

    private func names(
        _ port: PortNumber, _ address: IPAddress, _ network: VNI
    ) -> [Name] {
        let owner = owners.owner(of: address, in: network)
        let own = owners.endpoint(at: port)
        // At the port's own end it is the VM that counts, at the other end the address's owner.
        let port = own == owner ? nil : own.map(Name.endpoint)
        return [port, owner.map(Name.endpoint) ?? .address(address)].compactMap(\.self)
    }

    /// Who governs itself by the policy: the VMs asked for, or else all that were seen.
    var governed: [Name] {
        let seen = Set(counts.keys.flatMap { $0.sender + $0.receiver }).filter { name in
            guard case .endpoint(let index) = name else { return false }
            return vms.isEmpty || vms.contains(universe.endpoints[index].vm)
        }
        return seen.sorted()
    }

    /// What was seen, in as few sentences as say exactly that: pairs with the same services and
    /// receiver are joined, then those with the same services and senders.
    var rectangles: [Rectangle] {
        var byReceiver: [RowKey: (senders: [[Name]], count: Int)] = [:]
        for (pair, services) in counts {
            let key = RowKey(ends: [pair.receiver], services: services.keys.sorted())
            byReceiver[key, default: ([], 0)].senders.append(pair.sender)
            byReceiver[key, default: ([], 0)].count += services.values.reduce(0, +)
        }
        var bySenders: [RowKey: (receivers: [Name], count: Int)] = [:]
        for (row, seen) in byReceiver {
            let senders = seen.senders.sorted { $0.lexicographicallyPrecedes($1) }
            let key = RowKey(ends: senders, services: row.services)
            bySenders[key, default: ([], 0)].receivers += row.ends.flatMap(\.self)
            bySenders[key, default: ([], 0)].count += seen.count
        }
        let rectangles = bySenders.map { key, seen in
            Rectangle(
                senders: Set(key.ends.flatMap(\.self)).sorted(),
                receivers: Set(seen.receivers).sorted(), services: key.services, count: seen.count)
        }
        return rectangles.sorted { left, right in
            guard left.receivers == right.receivers else {
                return left.receivers.lexicographicallyPrecedes(right.receivers)
            }
            guard left.senders == right.senders else {
                return left.senders.lexicographicallyPrecedes(right.senders)
            }
            return left.services.lexicographicallyPrecedes(right.services)
        }
    }

    private struct RowKey: Hashable {
        let ends: [[Name]]
        let services: [ServiceKey]
    }

    /// Each connection that was seen, once: its ends as a test names them, and its service.
    var connections: [(sender: Name, receiver: Name, service: ServiceKey)] {
        var seen: Set<Triple> = []
        for (pair, services) in counts {
            // The last name is the address's, which is what the connection bore.
            guard let sender = pair.sender.last, let receiver = pair.receiver.last else { continue }
            for service in services.keys {
                seen.insert(Triple(ends: [sender, receiver], service: service))
            }
        }
        return seen.sorted { left, right in
            left.ends == right.ends
                ? left.service < right.service
                : left.ends.lexicographicallyPrecedes(right.ends)
        }.map { ($0.ends[0], $0.ends[1], $0.service) }
    }

    private struct Triple: Hashable {
        let ends: [Name]
        let service: ServiceKey
    }
}

/// Whose addresses are whose, in each network.
package struct AddressOwners: Sendable {
    private struct Place: Hashable {
        let network: VNI
        let address: IPAddress
    }

    private var owners: [Place: Int] = [:]
    private var ports: [PortNumber: Int] = [:]
    private var networks: [IPAddress: [VNI]] = [:]

    /// The owners among the endpoints of `universe`, as the compiler sees them: an address that
    /// two claim is the first one's, and a bound one goes before one formed from a MAC address.
    package init(_ universe: PolicyUniverse) {
        for (index, endpoint) in universe.endpoints.enumerated() {
            if let port = endpoint.port { ports[port] = index }
            for address in endpoint.addresses { add(address, endpoint.network, index) }
        }
        for (index, endpoint) in universe.endpoints.enumerated() {
            add(.linkLocal(endpoint.mac), endpoint.network, index)
        }
    }

    private mutating func add(_ address: IPAddress, _ network: VNI, _ index: Int) {
        let place = Place(network: network, address: address)
        guard owners[place] == nil else { return }
        owners[place] = index
        networks[address, default: []].append(network)
    }

    /// The index of the endpoint that has the address; nil outside.
    package func owner(of address: IPAddress, in network: VNI) -> Int? {
        owners[Place(network: network, address: address)]
    }

    /// The index of the endpoint at a port of this host.
    package func endpoint(at port: PortNumber) -> Int? { ports[port] }

    /// The networks in which some endpoint has the address.
    package func networks(of address: IPAddress) -> [VNI] { networks[address, default: []] }
}
