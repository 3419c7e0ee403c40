extension PortError: CustomStringConvertible {
    /// One sentence: what failed, on which device, and why.
    public var description: String {
        let system = errno == 0 ? "" : " (\(Self.text(errno)))"
        return "cannot \(operation.rawValue) '\(device)': \(why)\(system)"
    }

    /// What to do about it, in one sentence.
    public var hint: String {
        switch reason {
        case .invalidName:
            "Name a device with 1 to 15 bytes, without spaces, '/', ':' and '%'."
        case .unknownDevice: "List the devices with 'ip link', and mind the network namespace."
        case .deviceExists:
            "Choose another name, remove the device, or attach it as it is with '--mode netdev'."
        case .busy:
            "Stop the program that holds the device, or attach it with '--mode netdev'."
        case .noPrivilege:
            "Run vswitchd as root, or with CAP_NET_ADMIN, CAP_NET_RAW and CAP_SYS_ADMIN."
        case .namespaceMissing(let name):
            "Create the namespace with 'ip netns add \(name)', or list those there are."
        case .mtuMismatch(_, let network):
            "Set it with 'ip link set \(device) mtu \(network)', or give the network another MTU."
        case .notEthernet: "Attach an Ethernet device: a TAP, one end of a veth pair, a NIC."
        case .notTAP: "Attach it with '--mode netdev', or choose another name."
        case .ingressTaken:
            "Remove that discipline with 'tc qdisc del dev \(device) ingress', then attach again."
        case .system: "See the reason; 'dmesg' may say more."
        }
    }

    private var why: String {
        switch reason {
        case .invalidName: "no device can have this name"
        case .unknownDevice: "there is no such device"
        case .deviceExists: "a device of this name exists already"
        case .busy: "it is busy, another program holds it"
        case .noPrivilege: "the daemon lacks the privilege"
        case .namespaceMissing(let name): "there is no network namespace '\(name)'"
        case .mtuMismatch(let device, let network):
            "its MTU is \(device), the network's is \(network)"
        case .notEthernet: "it is no Ethernet device"
        case .notTAP: "it is not a TAP device"
        case .ingressTaken: "another program put an ingress queueing discipline on it"
        case .system(let step): step.isEmpty ? "the system refused" : "\(step) failed"
        }
    }
}
