import Packet
import PolicyEngine

/// Every packet over the addresses and services at which anything can change, one by one: what
/// ``PolicyProof`` and ``PolicyDiff`` must agree with.
///
/// Who may send from where is asked of the binding that port security reads; who receives what is
/// written down here as `DataPath/Admission` and `DataPath/Replication` have it.
struct NaivePackets {
    let endpoints: [PolicyEndpoint]
    let naive: NaiveInterpreter
    var addresses: [IPAddress]
    var services: [ServiceKey]
    /// All that a frame to all could be for, also when the addresses are thinned.
    private let groupAddresses: [IPAddress]

    /// One end: a VM, or nobody (behind an uplink), with the address in the packet.
    struct End {
        let endpoint: PolicyEndpoint?
        let address: IPAddress
    }

    /// - Parameter files: all whose boundaries count.
    init(_ files: [PolicyFile], _ universe: PolicyUniverse) {
        endpoints = universe.endpoints
        naive = NaiveInterpreter(files: files, endpoints: endpoints)
        addresses = Self.addresses(files, endpoints)
        groupAddresses = addresses
        services = Self.services(files)
    }

    var networks: Set<VNI> { Set(endpoints.map(\.network)) }

    /// Who can send in a network, and from where.
    func senders(in network: VNI) -> [End] {
        let members = endpoints.filter { $0.network == network }
        let theirs = members.flatMap { endpoint in
            let claims = Self.claims(of: endpoint, addresses)
            return claims.map { End(endpoint: endpoint, address: $0) }
        }
        let outside = addresses.filter { naive.owner(of: $0, in: network) == nil }
        return (theirs + outside.map { End(endpoint: nil, address: $0) })
            .filter { Self.isSource($0.address) }
    }

    /// Who can receive in a network, and at which address.
    func receivers(in network: VNI) -> [End] {
        let members = endpoints.filter { $0.network == network }
        let ends = addresses.flatMap { address -> [End] in
            if let owner = naive.owner(of: address, in: network) {
                return [End(endpoint: owner, address: address)]
            }
            let routers = members.filter(\.anyAddress)
            return routers.map { End(endpoint: $0, address: address) }
                + [End(endpoint: nil, address: address)]
        }
        return ends.filter { Self.isDestination($0.address) }
    }

    /// The addresses that a frame to all can be for.
    func groups(in network: VNI) -> [IPAddress] {
        groupAddresses.filter {
            naive.owner(of: $0, in: network) == nil && Self.isDestination($0)
                && ($0.isIPv4 || $0.isMulticast)
        }
    }

    /// As whom the VMs of a network receive a frame to all: as their first address of its family.
    func groupReceivers(in network: VNI) -> [End] {
        endpoints.filter { $0.network == network }.flatMap { endpoint in
            let ipv4 = endpoint.addresses.first { $0.isIPv4 } ?? .unspecifiedIPv4
            let ipv6 = endpoint.addresses.first { !$0.isIPv4 } ?? .linkLocal(endpoint.mac)
            return [ipv4, ipv6].map { End(endpoint: endpoint, address: $0) }
        }
    }

    /// The services that a packet of a family can have.
    func services(isIPv4: Bool) -> [ServiceKey] {
        services.filter { $0.detail == 0 || $0.ipProtocol != (isIPv4 ? .icmpv6 : .icmp) }
    }

    /// What one end decides; true where nobody judges.
    func passes(
        _ policy: CompiledPolicy, _ end: End, _ direction: TrafficDirection,
        _ question: PolicyQuestion
    ) -> Bool {
        guard let endpoint = end.endpoint, endpoint.isJudged, let port = endpoint.port else {
            return true
        }
        let verdict = policy.table.classify(port: port, direction, question)
        return verdict.action == .allow || verdict.isAudited
    }

    /// Whether a packet passes both ends.
    func passes(
        _ policy: CompiledPolicy, from: End, to: End, _ service: ServiceKey
    ) -> Bool {
        passes(
            policy, from, .egress,
            PolicyQuestion(own: from.address, peer: to.address, service: service))
            && passes(
                policy, to, .ingress,
                PolicyQuestion(own: to.address, peer: from.address, service: service))
    }

    /// Whether a side of a sentence holds an end, as the VM that it is or by its address.
    func holds(_ peers: PeerSet, _ file: PolicyFile, _ end: End, in network: VNI) -> Bool {
        [end.endpoint, naive.owner(of: end.address, in: network)].contains { endpoint in
            naive.names(peers, file) { naive.matches($0, (endpoint, end.address)) }
        }
    }
}

extension NaivePackets {
    private static func claims(
        of endpoint: PolicyEndpoint, _ addresses: [IPAddress]
    ) -> [IPAddress] {
        let port = PortNumber(rawValue: 1)
        let table = BindingTable([
            port: PortBinding(
                mac: endpoint.mac, addresses: endpoint.addresses, anyAddress: endpoint.anyAddress)
        ])
        guard let view = table.view(of: port) else { return [] }
        return addresses.filter {
            ($0.isIPv4 ? view.mayUseIPv4 : view.mayUseIPv6) && view.mayClaim($0)
        }
    }

    /// RFC 1122 §3.2.1.3 and RFC 4291 §2.5, as the parser takes them.
    private static func isSource(_ address: IPAddress) -> Bool {
        if let number = address.ipv4?.rawValue {
            return number >> 28 != 14 && number != 0xffff_ffff && number >> 24 != 127
        }
        return address == .unspecified || (!address.isMulticast && isDestination(address))
    }

    private static func isDestination(_ address: IPAddress) -> Bool {
        if let number = address.ipv4?.rawValue { return number != 0 && number >> 24 != 127 }
        return address.high != 0 || address.low >> 32 != 0
    }

    /// What the VMs own, and both sides of every edge of a prefix.
    private static func addresses(
        _ files: [PolicyFile], _ endpoints: [PolicyEndpoint]
    ) -> [IPAddress] {
        let sets = files.flatMap { file in
            [file.selector] + file.groups.map(\.members)
                + file.rules.flatMap { [$0.senders, $0.receivers] }
                + file.invariants.flatMap { [$0.senders, $0.receivers] }
        }
        let prefixes = sets.flatMap { $0.included + $0.excepted }
            .compactMap { peer -> IPPrefix? in
                if case .cidr(let prefix) = peer.value { prefix } else { nil }
            }
        let fixed = [
            "0.0.0.0", "0.0.0.1", "127.0.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "::",
            "::1", "2001:db8::1", "ff02::1",
        ].compactMap { IPAddress($0) }
        let edges = prefixes.flatMap { prefix in
            [prefix.address, prefix.last].flatMap { [step($0, -1), $0, step($0, 1)] }
        }
        return Array(Set(endpoints.flatMap(\.ownedAddresses) + fixed + edges))
    }

    /// The address `step` further, within its family.
    private static func step(_ address: IPAddress, _ step: Int) -> IPAddress {
        let low = address.low &+ UInt64(bitPattern: Int64(step))
        let carry = step > 0 && low == 0 ? 1 : step < 0 && low == .max ? UInt64.max : 0
        let next = IPAddress(high: address.high &+ carry, low: low)
        return next.isIPv4 == address.isIPv4 ? next : address
    }

    /// Both sides of every edge of a range.
    private static func services(_ files: [PolicyFile]) -> [ServiceKey] {
        let terms = files.flatMap { file in
            file.rules.flatMap(\.services) + file.services.flatMap(\.terms)
                + file.invariants.flatMap(\.services)
        }
        var numbers: Set<UInt32> = [0, 6 << 16, 17 << 16, 0xff_ffff]
        for term in terms {
            guard case .range(let range) = term.value else { continue }
            let (first, last) = (range.first.rawValue, range.last.rawValue)
            numbers.formUnion([first, last])
            if first > 0 { numbers.insert(first - 1) }
            if last < 0xff_ffff { numbers.insert(last + 1) }
        }
        return numbers.sorted().map { ServiceKey(rawValue: $0) }
    }
}
