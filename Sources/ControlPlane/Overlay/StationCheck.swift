import Packet

/// Looks for VMs that get in each other's way: within a network, a name, a MAC address and an IP
/// address belong to one VM, on whichever host.
struct StationCheck {
    /// What is wrong, VM by VM.
    private(set) var faults: [DirectoryFault] = []
    private let context: DirectoryContext
    private var names: [Key<String>: String] = [:]
    private var macs: [Key<MACAddress>: String] = [:]
    private var addresses: [Key<IPAddress>: String] = [:]
    private var ports: [String: [StoredPort]]

    /// What is unique within a network.
    private struct Key<Value: Hashable>: Hashable {
        let network: String
        let value: Value
    }

    /// A check for the host of `context`.
    init(_ context: DirectoryContext) {
        self.context = context
        ports = Dictionary(grouping: context.ports.filter { !$0.isUplink }, by: \.network)
    }

    /// Checks the VMs of `host` against each other, those of the hosts before, and the ports.
    mutating func check(_ host: Directory.Host) {
        let isOwn = host.name == context.host
        var places: Set<Key<String>> = []
        for (index, vm) in host.vms.enumerated() {
            let place = DirectoryPlace.vm(index, of: host.name)
            checkNetwork(of: vm, at: place, isOwn: isOwn)
            if !places.insert(Key(network: vm.network, value: vm.name)).inserted {
                report(
                    place, "VM `\(vm.name)` is listed twice in network `\(vm.network)`",
                    hint: "give it one interface in each network")
            }
            checkNeighbours(of: vm, on: host.name, at: place)
            // This host's own VMs are its ports, so they may well be listed as these are.
            if !isOwn { checkPorts(against: vm, at: place) }
        }
    }

    private mutating func checkNetwork(
        of vm: Directory.VM, at place: DirectoryPlace, isOwn: Bool
    ) {
        guard !isOwn, !context.networks.contains(vm.network) else { return }
        report(
            place / "network", "there is no network `\(vm.network)` on this host",
            hint: "add it with `vswctl network add \(vm.network) --vni N`, with the N it has there")
    }

    private mutating func checkNeighbours(
        of vm: Directory.VM, on host: String, at place: DirectoryPlace
    ) {
        let owner = "VM `\(vm.name)` of host `\(host)`"
        let name = Key(network: vm.network, value: vm.name)
        if let other = names.updateValue(host, forKey: name), other != host {
            report(
                place, "VM `\(vm.name)` lives on host `\(other)` already",
                hint: "a VM lives on one host; name VMs differently within a network")
        }
        if let other = macs.updateValue(owner, forKey: Key(network: vm.network, value: vm.mac)) {
            report(
                place / "mac", "\(vm.mac) belongs to \(other) already, in the same network",
                hint: "give each VM of a network a MAC address of its own")
        }
        // A MAC address brings its link-local address along (RFC 4291 appendix A).
        let own = vm.addresses.enumerated().map { (place / "ip" / "\($0.offset)", $0.element) }
        for (place, address) in own + [(place / "mac", IPAddress.linkLocal(vm.mac))] {
            let key = Key(network: vm.network, value: address)
            guard let other = addresses.updateValue(owner, forKey: key) else { continue }
            // A VM may list the address that it forms itself.
            if other == owner && address == .linkLocal(vm.mac) { continue }
            report(
                place, "\(address) belongs to \(other) already, in the same network",
                hint: "give each VM of a network addresses of its own")
        }
    }

    private mutating func checkPorts(against vm: Directory.VM, at place: DirectoryPlace) {
        for port in ports[vm.network] ?? [] {
            guard let clash = port.clash(with: vm) else { continue }
            report(
                place, "\(clash) belongs to this host's port `\(port.device)` in the same network",
                hint: "detach that port first, or correct the directory")
        }
    }

    private mutating func report(_ place: DirectoryPlace, _ message: String, hint: String) {
        faults.append(DirectoryFault(at: place, message, hint: hint))
    }
}

extension StoredPort {
    /// What this port and a VM elsewhere, in the same network, both claim; nil when nothing.
    func clash(with vm: Directory.VM) -> String? {
        if self.vm == vm.name { return "the name `\(vm.name)`" }
        guard let mac else { return nil }
        if mac == vm.mac { return "\(mac)" }
        let theirs = Set(vm.addresses + [.linkLocal(vm.mac)])
        return (addresses + [.linkLocal(mac)]).first(where: theirs.contains).map { "\($0)" }
    }
}
