import Overlay
import Packet

/// Looks for what contradicts itself in a directory, or contradicts the host that is to use it.
package struct DirectoryCheck {
    /// The most hosts: each has a number below this, and this host needs none.
    package static let hostCountMax = PeerNumber.countMax

    /// What is wrong, host by host.
    package private(set) var faults: [DirectoryFault] = []
    private let context: DirectoryContext
    private var keyOwners: [PublicKey: String] = [:]
    private var addressOwners: [IPAddress: String] = [:]
    private var endpointOwners: [UnderlayAddress: String] = [:]
    /// Whether overlay addresses are IPv4: as the first one is.
    private var isIPv4: Bool?

    /// Checks `directory` for the host of `context`.
    package init(_ directory: Directory, _ context: DirectoryContext) {
        self.context = context
        isIPv4 = context.address?.isIPv4
        for host in directory.hosts { check(host) }
        var stations = StationCheck(context)
        for host in directory.hosts { stations.check(host) }
        faults += stations.faults
        let others = directory.others(than: context.host).count
        guard others > Self.hostCountMax else { return }
        report(
            .hosts, "the directory has \(others) other hosts; the most is \(Self.hostCountMax)",
            hint: "leave out hosts that share no network with this one")
    }

    private mutating func check(_ host: Directory.Host) {
        if host.name == context.host { checkOwn(host) } else { checkOther(host) }
        checkKeys(of: host)
        checkAddress(of: host)
        checkEndpoint(of: host)
    }

    private mutating func report(_ place: DirectoryPlace, _ message: String, hint: String) {
        faults.append(DirectoryFault(at: place, message, hint: hint))
    }
}

// This host's own entry, and what every other one needs.
extension DirectoryCheck {
    /// The entry of this name is this host, so it must say of it what is true.
    private mutating func checkOwn(_ host: Directory.Host) {
        for (index, key) in host.publicKeys.enumerated() where !context.publicKeys.contains(key) {
            let place = DirectoryPlace.host(host.name) / "public-key" / "\(index)"
            guard let ours = context.publicKeys.first else {
                report(
                    place, "`\(host.name)` is this host, and it has no key yet",
                    hint: "make one with `vswctl overlay keygen`, and write its public half here")
                continue
            }
            report(
                place, "`\(host.name)` is this host, and that is none of its keys",
                hint: "its key is \(ours); was the daemon given the right --name and --state?")
        }
        guard let address = host.address, let ours = context.address, address != ours else {
            return
        }
        report(
            .host(host.name) / "address",
            "`\(host.name)` is this host, whose overlay address is \(ours), not \(address)",
            hint: "write \(ours), or correct `overlay: address` in this host's configuration")
    }

    private mutating func checkOther(_ host: Directory.Host) {
        let place = DirectoryPlace.host(host.name)
        if host.publicKeys.isEmpty {
            report(
                place, "host `\(host.name)` has no `public-key`",
                hint: "write what `vswctl overlay pubkey` prints there")
        }
        if host.address == nil {
            report(
                place, "host `\(host.name)` has no `address`",
                hint: "write its address on the overlay, as in `address: 10.98.0.2`")
        }
        if host.endpoint == nil && !host.roams {
            report(
                place, "host `\(host.name)` has no `endpoint`, so it cannot be reached",
                hint: "write `endpoint: ADDRESS:PORT`, or `roaming: true` if it always calls first")
        }
    }
}

// What no two hosts may share.
extension DirectoryCheck {
    private mutating func checkKeys(of host: Directory.Host) {
        for (index, key) in host.publicKeys.enumerated() {
            let place = DirectoryPlace.host(host.name) / "public-key" / "\(index)"
            if host.name != context.host && context.publicKeys.contains(key) {
                report(
                    place, "this is the key of this host, `\(context.host)`, not of `\(host.name)`",
                    hint: "each host makes its own key with `vswctl overlay keygen`")
            }
            if let owner = keyOwners.updateValue(host.name, forKey: key) {
                report(
                    place,
                    owner == host.name
                        ? "the key stands twice" : "host `\(owner)` has the same key",
                    hint: "each host makes its own key with `vswctl overlay keygen`")
            }
        }
    }

    private mutating func checkAddress(of host: Directory.Host) {
        guard let address = host.address else { return }
        let place = DirectoryPlace.host(host.name) / "address"
        if host.name != context.host && address == context.address {
            report(
                place, "\(address) is the overlay address of this host, `\(context.host)`",
                hint: "give each host an address of its own")
        }
        if let owner = addressOwners.updateValue(host.name, forKey: address) {
            report(
                place, "host `\(owner)` has the same address \(address)",
                hint: "give each host an address of its own")
        }
        if address.isIPv4 != isIPv4 ?? address.isIPv4 {
            let whose = context.address == nil ? "the hosts above have" : "this host has"
            report(
                place,
                "\(address) is \(address.family), but \(whose) \(address.otherFamily) addresses on"
                    + " the overlay", hint: "all overlay addresses are of one family")
        }
        if isIPv4 == nil { isIPv4 = address.isIPv4 }
    }

    private mutating func checkEndpoint(of host: Directory.Host) {
        guard let endpoint = host.endpoint else { return }
        let place = DirectoryPlace.host(host.name) / "endpoint"
        if let owner = endpointOwners.updateValue(host.name, forKey: endpoint) {
            report(
                place, "host `\(owner)` has the same endpoint \(endpoint)",
                hint: "each host listens at an address or port of its own")
        }
        guard host.name != context.host, let listen = context.listen else { return }
        // A socket at `::` also speaks IPv4 (RFC 3493 §3.7).
        let speaksBoth = listen.address == .unspecified
        if !speaksBoth && endpoint.address.isIPv4 != listen.address.isIPv4 {
            report(
                place,
                "\(endpoint) is \(endpoint.address.family), but this host listens at \(listen)",
                hint: "listen at \"[::]:\(listen.port)\" to reach both families")
        }
    }
}

extension IPAddress {
    fileprivate var family: String { isIPv4 ? "IPv4" : "IPv6" }
    fileprivate var otherFamily: String { isIPv4 ? "IPv6" : "IPv4" }
}
