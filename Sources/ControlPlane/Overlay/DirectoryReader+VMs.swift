import Packet
import PolicyEngine

// The VMs of a host.
extension DirectoryReader {
    private static let vmKeys = ["network", "mac", "ip", "labels"]

    /// The interfaces of every VM; a VM in several networks has a list of them.
    mutating func vms(_ frame: YAMLFrame, of host: String) -> [Directory.VM] {
        let hint = "write one a line, as in `db1: {network: blue, mac: \"52:54:00:00:00:12\"}`"
        var vms: [Directory.VM] = []
        for (key, value) in entries(frame, "VMs by name", hint) {
            guard let name = name(key, "the name of a VM") else { continue }
            for item in items(value) {
                let place = DirectoryPlace.vm(vms.count, of: host)
                note(place, at: key.position)
                if let vm = vm(name, item, at: place) { vms.append(vm) }
            }
        }
        return vms
    }

    private mutating func vm(
        _ name: String, _ frame: YAMLFrame, at place: DirectoryPlace
    ) -> Directory.VM? {
        var draft = Draft()
        let hint = "write its keys, as in `{network: blue, mac: \"52:54:00:00:00:12\"}`"
        guard case .mapping(let pairs, let position) = frame else {
            _ = entries(frame, "the keys of a VM", hint)
            return nil
        }
        for (key, value) in pairs {
            note(place / key.string, at: value.position)
            read(key, value, at: place, into: &draft)
        }
        if !draft.keys.contains("network") {
            miss("network", at: position, hint: "name the network, as in `network: default`")
        }
        if !draft.keys.contains("mac") {
            miss("mac", at: position, hint: "add the address of its NIC, `mac: \"52:54:…\"`")
        }
        guard let network = draft.network, let mac = draft.mac else { return nil }
        var vm = Directory.VM(name: name, network: network, mac: mac)
        vm.addresses = draft.addresses
        vm.anyAddress = draft.anyAddress
        vm.labels = draft.labels
        return vm
    }

    /// What has been read of a VM so far.
    private struct Draft {
        var keys: Set<String> = []
        var network: String?
        var mac: MACAddress?
        var addresses: [IPAddress] = []
        var anyAddress = false
        var labels: [String: String] = [:]
    }

    private mutating func read(
        _ key: LocatedText, _ value: YAMLFrame, at place: DirectoryPlace, into draft: inout Draft
    ) {
        draft.keys.insert(key.string)
        switch key.string {
        case "network":
            let text = text(value, "the name of a network")
            draft.network = text.flatMap { name($0, "the name of a network") }
        case "mac": draft.mac = mac(value)
        case "ip": (draft.addresses, draft.anyAddress) = addresses(value, at: place)
        case "labels": draft.labels = labels(value)
        default: refuse(key, known: Self.vmKeys)
        }
    }

    private mutating func mac(_ frame: YAMLFrame) -> MACAddress? {
        value(
            frame, "the MAC address of a NIC",
            hint: "write it as \"52:54:00:00:00:12\"; the first octet is even"
        ) { text in
            MACAddress(text).flatMap { $0.isUnicast ? $0 : nil }
        }
    }

    /// The addresses; `any` stands for every one, and stands alone.
    private mutating func addresses(
        _ frame: YAMLFrame, at place: DirectoryPlace
    ) -> ([IPAddress], Bool) {
        let items = items(frame)
        if items.count == 1, case .text(let text) = items[0], text.string == "any" {
            return ([], true)
        }
        var list: [IPAddress] = []
        for item in items {
            let address = value(
                item, "the IP address of a host",
                hint: "write 10.66.0.12 or \"2001:db8::12\", without a prefix length, or `any`"
            ) { text in
                IPAddress(text).flatMap { $0.isHost ? $0 : nil }
            }
            guard let address else { continue }
            note(place / "ip" / "\(list.count)", at: item.position)
            list.append(address)
        }
        return (list, false)
    }

    private mutating func labels(_ frame: YAMLFrame) -> [String: String] {
        var labels: [String: String] = [:]
        let hint = "write them as `{role: db}`, or one a line; without labels leave the key out"
        for (key, value) in entries(frame, "labels", hint) {
            guard let key = name(key, "the key of a label", slash: true),
                let text = text(value, "the value of a label"),
                let value = name(text, "the value of a label", slash: true)
            else { continue }
            labels[key] = value
            guard key == HostEndpoint.label else { continue }
            diagnostics.report(
                at: text.position, "the label `\(key)` belongs to hosts, not to VMs",
                hint: "leave it out")
        }
        return labels
    }
}
