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
        for address in Self.familiar + partition.singleList.map(\.address)
        where hosts[address] == nil && partition.prefixClass(of: address) == number {
            samples.note(address)
        }
        let singles = Set(partition.singleList.map(\.address))
        for intervals in [partition.ipv4, partition.ipv6] {
            for (index, interval) in intervals.enumerated() where interval.prefixClass == number {
                let end = index + 1 < intervals.count ? intervals[index + 1].first : nil
                var address: IPAddress? = interval.first
                while let taken = address, hosts[taken] != nil || singles.contains(taken) {
                    address = taken.next(before: end)
                }
                if let address { samples.note(address) }
            }
        }
        return samples
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
