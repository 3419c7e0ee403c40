import ControlAPI
import Packet

/// Turns an attach request into the port that it means, or says which field is at fault and why.
///
/// Nothing is changed here; the devices are only looked at.
package struct AttachValidation {
    private let state: StoredState
    private let devices: any DeviceSource
    let host: String
    /// The other hosts: their VMs have names and addresses that no port may take.
    package var others: [Directory.Host] = []

    /// A validation against what exists on the host of this name.
    package init(_ state: StoredState, _ devices: any DeviceSource, host: String) {
        self.state = state
        self.devices = devices
        self.host = host
    }

    /// The port that `request` asks for, with every default filled in.
    package func port(for request: AttachRequest) throws(Problem) -> StoredPort {
        try refuseLater(request)
        try checkDevice(request)
        let network = try network(request)
        let (mode, facts) = try mode(for: request)
        var port = StoredPort(device: request.device, mode: mode, network: network.name)
        port.namespace = request.netns
        try check(facts, against: network, request)
        guard !request.uplink else {
            try checkUplink(request)
            return port
        }
        port.vm = try vm(of: request)
        try NameSyntax.check(labels: request.labels)
        try refuseHostLabel(request)
        port.labels = request.labels
        (port.addresses, port.anyAddress) = try addresses(request, in: network)
        port.mac = try mac(for: request, as: port)
        return port
    }

    /// Refuses what a later version will do.
    private func refuseLater(_ request: AttachRequest) throws(Problem) {
        if request.mode == .vhostUser {
            throw Problem(
                .notYet, "Not yet: ports of mode 'vhost-user'.", field: "mode",
                hint: "Give the VM a TAP device and attach that with '--mode netdev'.")
        }
        if request.mode == .host || request.device == HostEndpoint.device {
            throw Problem(
                .invalidRequest, "The host's own port is made with the overlay, not attached.",
                field: request.mode == .host ? "mode" : "device",
                hint: "Give the host an overlay in its configuration.")
        }
        guard let vlan = request.vlan else { return }
        guard request.uplink else {
            throw Problem(
                .invalidRequest, "'vlan' belongs to uplinks; guests' frames are untagged.",
                field: "vlan", hint: "Leave '--vlan' out, or attach the device with '--uplink'.")
        }
        throw Problem(
            .notYet, "Not yet: a VLAN tag (here \(vlan)) on an uplink.",
            field: "vlan",
            hint: "Make a VLAN device with 'ip link add link … type vlan' and attach that.")
    }

    /// That label tells hosts from VMs, so no VM may have it.
    private func refuseHostLabel(_ request: AttachRequest) throws(Problem) {
        guard request.labels[HostEndpoint.label] != nil else { return }
        throw Problem(
            .invalidRequest, "The label '\(HostEndpoint.label)' belongs to hosts, not to VMs.",
            field: "labels.\(HostEndpoint.label)", hint: "Leave it out.")
    }

    private func checkDevice(_ request: AttachRequest) throws(Problem) {
        guard let port = state.ports.first(where: { $0.device == request.device }) else { return }
        switch port.phase {
        case .attached:
            let owner = port.vm.map { " to VM '\($0)'" } ?? " as an uplink"
            throw Problem(
                .conflict, "Device '\(request.device)' is already attached\(owner).",
                field: "device", hint: "Detach it first, or choose another device.")
        case .attaching, .detaching:
            throw Problem(
                .conflict, "Device '\(request.device)' is still being taken down.",
                field: "device", hint: "Try again in a few seconds.")
        }
    }

    private func network(_ request: AttachRequest) throws(Problem) -> StoredNetwork {
        let name = request.network ?? StoredNetwork.default.name
        guard let network = state.networks.first(where: { $0.name == name }) else {
            throw Problem.noNetwork(name, field: "network")
        }
        return network
    }

    private func checkUplink(_ request: AttachRequest) throws(Problem) {
        let given: [(field: String, isGiven: Bool)] = [
            ("vm", request.vm != nil), ("mac", request.mac != nil), ("ip", !request.ip.isEmpty),
            ("labels", !request.labels.isEmpty),
        ]
        guard let wrong = given.first(where: \.isGiven) else { return }
        throw Problem(
            .invalidRequest,
            "An uplink belongs to no VM, so '\(wrong.field)' means nothing there.",
            field: wrong.field, hint: "Leave it out, or attach without '--uplink'.")
    }

    /// The other ports of a network.
    func neighbours(in network: String) -> [StoredPort] {
        state.ports.filter { $0.network == network }
    }

    /// The VM on another host in `network` of which `isMeant` holds, and that host.
    func elsewhere(
        in network: String, where isMeant: (Directory.VM) -> Bool
    ) -> (host: String, vm: Directory.VM)? {
        for host in others {
            let vm = host.vms.first { $0.network == network && isMeant($0) }
            if let vm { return (host.name, vm) }
        }
        return nil
    }

    private func vm(of request: AttachRequest) throws(Problem) -> String {
        guard let vm = request.vm else {
            throw Problem(
                .invalidRequest, "'vm' is required: whose port is this?", field: "vm",
                hint: "Name the VM with '--vm', or attach the way out with '--uplink'.")
        }
        try NameSyntax.check(vm, "the name of a VM", field: "vm")
        let network = request.network ?? StoredNetwork.default.name
        if let (owner, _) = elsewhere(in: network, where: { $0.name == vm }) {
            throw Problem(
                .conflict,
                "VM '\(vm)' lives on host '\(owner)' in network '\(network)', by the directory.",
                field: "vm", hint: "Name the VM differently, or correct the directory first.")
        }
        return vm
    }
}

// The device.
extension AttachValidation {
    /// The mode, asked for or suited, and what is known of the device if it exists.
    private func mode(
        for request: AttachRequest
    ) throws(Problem) -> (StoredPort.Mode, DeviceFacts?) {
        let facts = try devices.facts(of: request.device, in: request.netns)
        let isTaken = facts != nil
        switch request.mode {
        case nil where request.uplink || isTaken: return (.netdev, try existing(request, facts))
        case nil: return (.tap, nil)
        case .netdev: return (.netdev, try existing(request, facts))
        case .tap where request.uplink:
            throw Problem(
                .invalidRequest, "An uplink is a device that exists, so its mode is 'netdev'.",
                field: "mode", hint: "Leave '--mode' out.")
        case .tap where isTaken:
            throw Problem(
                .conflict, "Device '\(request.device)' exists already, so it cannot be made.",
                field: "device",
                hint: "Choose another name, remove the device, or attach it with '--mode netdev'.")
        case .tap, .vhostUser, .host: return (.tap, nil)
        }
    }

    private func existing(
        _ request: AttachRequest, _ facts: DeviceFacts?
    ) throws(Problem) -> DeviceFacts {
        if let facts { return facts }
        throw Problem(
            .notFound, "There is no device '\(request.device)'.", field: "device",
            hint: "List the devices with 'ip link', and mind the network namespace.")
    }

    /// A guest's device has the network's MTU; an uplink may carry more.
    private func check(
        _ facts: DeviceFacts?, against network: StoredNetwork, _ request: AttachRequest
    ) throws(Problem) {
        guard let mtu = facts?.mtu else { return }
        guard request.uplink ? mtu < network.mtu : mtu != network.mtu else { return }
        throw Problem(
            .conflict,
            "Device '\(request.device)' has an MTU of \(mtu) bytes, network '\(network.name)' of"
                + " \(network.mtu).", field: "device",
            hint: "Set it with 'ip link set \(request.device) mtu \(network.mtu)'.")
    }
}
