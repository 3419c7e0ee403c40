import ControlAPI
import Packet

// The addresses that are bound to the port.
extension AttachValidation {
    /// The addresses that the request binds; whether it binds any.
    func addresses(
        _ request: AttachRequest, in network: StoredNetwork
    ) throws(Problem) -> (list: [IPAddress], any: Bool) {
        if request.ip == ["any"] { return ([], true) }
        var list: [IPAddress] = []
        for (index, text) in request.ip.enumerated() {
            let field = "ip.\(index)"
            let address = try address(text, field: field)
            if list.contains(address) {
                throw Problem(.invalidRequest, "'\(address)' is given twice.", field: field)
            }
            try refuseDuplicate(address, in: network, field: field)
            list.append(address)
        }
        return (list, false)
    }

    private func address(_ text: String, field: String) throws(Problem) -> IPAddress {
        if text == "any" {
            throw Problem(
                .invalidRequest, "'any' stands for every address, so it stands alone.",
                field: field, hint: "Leave the other addresses out.")
        }
        guard let address = IPAddress(text) else {
            throw Problem(
                .invalidRequest, "'\(text)' is not an IP address.", field: field,
                hint: "Write it as 10.0.0.1 or 2001:db8::1, without a prefix length, or 'any'.")
        }
        guard address.isHost else {
            throw Problem(
                .invalidRequest, "'\(address)' is not the address of a host.", field: field)
        }
        return address
    }

    private func refuseDuplicate(
        _ address: IPAddress, in network: StoredNetwork, field: String
    ) throws(Problem) {
        // A MAC address brings its link-local address along (RFC 4291 appendix A).
        let owner = neighbours(in: network.name).first {
            $0.addresses.contains(address) || $0.mac.map(IPAddress.linkLocal) == address
        }
        let isTheirs = { (vm: Directory.VM) in
            vm.addresses.contains(address) || IPAddress.linkLocal(vm.mac) == address
        }
        if let (host, vm) = elsewhere(in: network.name, where: isTheirs) {
            throw Problem(
                .conflict,
                "'\(address)' belongs to VM '\(vm.name)' on host '\(host)' in network"
                    + " '\(network.name)', by the directory.", field: field,
                hint: "Bind another address, or correct the directory first.")
        }
        guard let owner else { return }
        throw Problem(
            .conflict,
            "'\(address)' is already bound to device '\(owner.device)' (VM '\(owner.vm ?? "")') in"
                + " network '\(network.name)'.", field: field,
            hint: "Bind another address, or detach that port first.")
    }

    /// The MAC address: the given one, for a new TAP else one that stays the same at each attach.
    func mac(for request: AttachRequest, as port: StoredPort) throws(Problem) -> MACAddress {
        guard let text = request.mac else {
            guard port.mode == .tap else {
                throw Problem(
                    .invalidRequest,
                    "'mac' is required: the guest behind '\(port.device)' is not"
                        + " made by the switch, so its MAC address is not known.", field: "mac",
                    hint: "Name the MAC address of the VM's NIC with '--mac'.")
            }
            return generatedMAC(for: port)
        }
        guard let mac = MACAddress(text) else {
            throw Problem(
                .invalidRequest, "'\(text)' is not a MAC address.", field: "mac",
                hint: "Write it as 52:54:00:00:00:12.")
        }
        guard mac.isUnicast else {
            throw Problem(
                .invalidRequest,
                "'\(mac)' is no station's address: its group bit is set, or it is"
                    + " zero.", field: "mac", hint: "The first octet must be even, as in 52.")
        }
        if let (host, vm) = elsewhere(in: port.network, where: { $0.mac == mac }) {
            throw Problem(
                .conflict,
                "'\(mac)' belongs to VM '\(vm.name)' on host '\(host)' in network"
                    + " '\(port.network)', by the directory.", field: "mac",
                hint: "Give each VM of a network a MAC address of its own.")
        }
        guard let owner = owner(of: mac, in: port.network) else { return mac }
        throw Problem(
            .conflict,
            "'\(mac)' is already bound to device '\(owner.device)' (VM '\(owner.vm ?? "")') in"
                + " network '\(port.network)'.", field: "mac",
            hint: "Give each VM of a network a MAC address of its own.")
    }

    /// A locally administered address (IEEE 802 §8.4) from a digest of host, device and VM; in the
    /// rare case that another port has it, the next digest.
    private func generatedMAC(for port: StoredPort) -> MACAddress {
        var attempt = 0
        while true {
            var digest = FNV1a()
            digest.add([host, port.device, port.vm ?? "", "\(attempt)"])
            let octets = digest.value & 0xfcff_ffff_ffff | 0x0200_0000_0000
            let mac = MACAddress(rawValue: octets)
            let isTaken = elsewhere(in: port.network) { $0.mac == mac } != nil
            if !isTaken && owner(of: mac, in: port.network) == nil { return mac }
            attempt += 1
        }
    }

    private func owner(of mac: MACAddress, in network: String) -> StoredPort? {
        neighbours(in: network).first { $0.mac == mac }
    }
}
