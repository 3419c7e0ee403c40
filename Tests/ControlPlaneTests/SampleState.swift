import ControlPlane
import Packet

extension StoredState {
    /// A state with something of every kind in it.
    static var sample: StoredState {
        var state = StoredState.initial
        state.generation = 7
        state.policyGeneration = 5
        state.networks.append(StoredNetwork(name: "blue", vni: VNI(rawValue: 77)!, mtu: 9000))
        var uplink = StoredPort(device: "eth1", mode: .netdev, network: "blue")
        uplink.phase = .attached
        state.ports = [.sample(device: "db1"), uplink, .sample(device: "web1")]
        state.policies = [
            StoredPolicy(path: "policies/shop.yaml", text: "policy: shop\n"),
            StoredPolicy(path: "a ü.yaml", text: "", isAudited: true),
        ]
        state.history = [
            StoredGeneration([], in: 3, at: 1_790_000_000, origin: "applied"),
            StoredGeneration(state.policies, in: 5, at: 1_790_000_100, origin: "applied"),
        ]
        state.confirmation = StoredConfirmation(
            generation: 5, fallback: 3, deadline: 1_790_000_160)
        state.directory = StoredDirectory(path: "hosts.yaml", text: "hosts: {}\n", generation: 6)
        return state
    }
}

extension StoredPort {
    /// A tap port with every property set.
    static func sample(device: String) -> StoredPort {
        var port = StoredPort(device: device, mode: .tap, network: "default")
        port.phase = .attached
        port.namespace = "guest-\(device)"
        port.vm = device
        port.mac = MACAddress("52:54:00:00:00:\(device == "db1" ? "01" : "02")")
        port.addresses = [IPAddress("10.0.0.1")!, IPAddress("2001:db8::1")!]
        port.labels = ["app": "shop", "vswitch/router": ""]
        port.generation = 6
        return port
    }
}
