import Packet

/// An example address of each family, for evidence; a family without one cannot occur.
struct AddressSamples: Sendable {
    var ipv4: IPAddress?
    var ipv6: IPAddress?

    mutating func note(_ address: IPAddress) {
        if address.isIPv4 { ipv4 = ipv4 ?? address } else { ipv6 = ipv6 ?? address }
    }

    var families: AddressClasses.Families {
        var families: AddressClasses.Families = []
        if ipv4 != nil { families.insert(.ipv4) }
        if ipv6 != nil { families.insert(.ipv6) }
        return families
    }

    /// An address of each side, of one family; nil when no packet can have both sides.
    func pair(with peer: AddressSamples) -> (own: IPAddress, peer: IPAddress)? {
        if let own = ipv4, let other = peer.ipv4 { return (own, other) }
        if let own = ipv6, let other = peer.ipv6 { return (own, other) }
        return nil
    }
}

extension PolicyWorld {
    /// The prefix classes that an endpoint's own address may have, each with an example.
    func ownSamples(_ endpoint: PolicyEndpoint) -> [Int: AddressSamples] {
        var samples: [Int: AddressSamples] = [:]
        var addresses = endpoint.judgedAddresses
        if endpoint.anyAddress {
            addresses += partition.singleList.map(\.address)
            addresses += (partition.ipv4 + partition.ipv6).map(\.first)
        }
        for address in addresses {
            samples[partition.prefixClass(of: address), default: .init()].note(address)
        }
        return samples
    }

    /// Examples of the addresses of each class in a network, as ``samples(of:in:)`` finds them; a
    /// class that no address has there has none.
    func samples(in network: Int) -> [AddressSamples] {
        var samples = [AddressSamples](repeating: AddressSamples(), count: classes.count)
        for (address, host) in networks[network].hosts { samples[host.peerClass].note(address) }
        noteStrangers(network) { address, number in samples[number].note(address) }
        return samples
    }

    /// Examples of the addresses that have `number` as their class in a network: a VM's, then
    /// those that people recognise, then others. Its cost is linear in all that was named.
    func samples(of number: Int, in network: Int) -> AddressSamples {
        var samples = AddressSamples()
        let hosts = networks[network].hosts
        for subject in subjects where subject.network == network {
            for place in subject.places where hosts[place.address]?.peerClass == number {
                samples.note(place.address)
            }
        }
        noteStrangers(network) { address, found in if found == number { samples.note(address) } }
        return samples
    }

    /// Gives an address without a VM, with its class, for everything that was named.
    private func noteStrangers(_ network: Int, _ note: (IPAddress, Int) -> Void) {
        let hosts = networks[network].hosts
        for address in Self.familiar where hosts[address] == nil {
            note(address, partition.prefixClass(of: address))
        }
        for single in partition.singleList where hosts[single.address] == nil {
            note(single.address, single.prefixClass)
        }
        let singles = Set(partition.singleList.map(\.address))
        for intervals in [partition.ipv4, partition.ipv6] {
            for (index, interval) in intervals.enumerated() {
                let end = index + 1 < intervals.count ? intervals[index + 1].first : nil
                var address: IPAddress? = interval.first
                while let taken = address, hosts[taken] != nil || singles.contains(taken) {
                    address = taken.next(before: end)
                }
                if let address { note(address, interval.prefixClass) }
            }
        }
    }

    /// Addresses that people recognise as examples (RFC 5737, RFC 3849).
    private static let familiar = ["192.0.2.1", "2001:db8::1"].compactMap { IPAddress($0) }
}

extension IPAddress {
    /// The next address, if it lies before `end` and within the family.
    fileprivate func next(before end: IPAddress?) -> IPAddress? {
        let next = IPAddress(high: low == .max ? high &+ 1 : high, low: low &+ 1)
        guard next > self, next.isIPv4 == isIPv4 else { return nil }
        return end.map { next < $0 } ?? true ? next : nil
    }
}
