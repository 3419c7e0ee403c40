import ControlAPI
import DataPath
import Packet
import PolicyEngine

// From the stored state to the data path.
extension SwitchController {
    /// Puts state and policy in force. A port whose device is missing is left out.
    func publish() {
        var names: [PortNumber: (device: String, vm: String)] = [:]
        for (port, number) in numberedPorts { names[number] = (port.device, port.vm ?? "uplink") }
        if overlay.isRunning { names[.overlay] = ("overlay", "other hosts") }
        narrator.update(names, policy.compiled)
        var configuration = SwitchConfiguration(
            generation: state.generation,
            networks: networksInForce.map { NetworkConfiguration(vni: $0.vni, mtu: $0.mtu) },
            ports: attachedPorts.compactMap(self.configuration), policy: policy.compiled)
        configuration.overlay = overlayConfiguration
        dataPath.publish(configuration)
    }

    private func configuration(of port: StoredPort) -> PortConfiguration? {
        // A guest whose device is missing keeps its addresses, closed: nobody may take them up.
        guard let link = links[port.device], link.isPresent || !port.isUplink,
            let network = networksInForce.firstIndex(where: { $0.name == port.network })
        else { return nil }
        var configuration = PortConfiguration(
            number: link.number, network: network, isUplink: port.isUplink, binding: port.binding)
        configuration.isOpen = isOpen(port, link)
        configuration.group = GroupTag.of(port.labels)
        return configuration
    }

    /// Whether the port passes frames: a policy governs it. Policies judge at the VMs' ports, so an
    /// uplink is open by itself.
    func isOpen(_ port: StoredPort, _ link: PortLink) -> Bool {
        link.isPresent && (port.isUplink || policy.compiled.isGoverned(link.number))
    }

    /// The VMs that policies may speak of: those of the ports in `ports`, and those on other hosts.
    func universe(
        of ports: [(StoredPort, PortNumber)], and remote: RemoteVMs? = nil
    ) -> PolicyUniverse {
        let own = ports.compactMap { port, number in
            port.endpoint(in: network(port.network).vni, number)
        }
        let remote = (remote ?? overlay.remote).endpoints
        // Where this host has no port of its own, nobody meets the other hosts.
        let met = overlay.hostPort == nil ? remote.filter { $0.network != .hosts } : remote
        return PolicyUniverse(endpoints: own + met)
    }

    /// The attached ports and their numbers, by number: policies are compiled for them in an order
    /// that no change of the stored state moves.
    var numberedPorts: [(StoredPort, PortNumber)] {
        attachedPorts.compactMap { port in links[port.device].map { (port, $0.number) } }
            .sorted { $0.1.rawValue < $1.1.rawValue }
    }

    /// Puts the same policy, compiled for other ports, in force from the next ``publish()`` on.
    func renewPolicy(by book: PolicyBook) {
        takeEvents()
        policy = book
    }

    /// Puts another policy in force from the next ``publish()`` on.
    func replacePolicy(by book: PolicyBook) {
        takeEvents()  // what was decided so far has the former policy's rule numbers
        let isRenamed = !book.names.isSame(as: policy.names)
        if isRenamed {
            formerPolicies.add(policy.names, since: policy.firstGeneration, before: book.names)
        }
        let first = isRenamed ? state.generation : policy.firstGeneration
        policy = book
        policy.firstGeneration = first
        policyFault = nil
    }
}

extension StoredPort {
    /// The addresses as port security wants them; an uplink has none.
    fileprivate var binding: PortBinding {
        PortBinding(mac: mac ?? .zero, addresses: addresses, anyAddress: anyAddress)
            .entitled(by: labels)
    }

    /// The VM's place in its network; an uplink is none.
    fileprivate func endpoint(in vni: VNI, _ number: PortNumber) -> PolicyEndpoint? {
        guard let vm, let mac else { return nil }
        var endpoint = PolicyEndpoint(vm: vm, labels: labels, network: vni, mac: mac)
        endpoint.addresses = addresses
        endpoint.anyAddress = anyAddress
        endpoint.port = number
        return endpoint
    }
}
