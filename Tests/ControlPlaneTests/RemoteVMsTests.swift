import ControlPlane
import Packet
import Testing

@Suite("RemoteVMs")
struct RemoteVMsTests {
    private var remote: RemoteVMs {
        var vm = Directory.VM(name: "db1", network: "blue", mac: MACAddress("52:54:00:00:00:12")!)
        vm.addresses = [IPAddress("10.66.0.12")!]
        vm.labels = ["role": "db"]
        let lost = Directory.VM(name: "x", network: "green", mac: MACAddress("52:54:00:00:00:13")!)
        var host = Directory.Host(name: "hv2")
        host.vms = [vm, lost]
        host.address = IPAddress("10.98.0.2")
        var numbers = PeerNumbers()
        numbers.assign(["hv2"])
        let blue = StoredNetwork(name: "blue", vni: VNI(rawValue: 77)!, mtu: 1_500)
        return RemoteVMs(of: [host], numbers, networks: [.default, blue])
    }

    @Test("policies see the VMs of networks that exist, without a port")
    func areEndpoints() {
        #expect(remote.endpoints.map(\.vm) == ["db1", "hv2"])
        let endpoint = remote.endpoints[0]
        #expect(endpoint.network.rawValue == 77 && endpoint.port == nil)
        #expect(endpoint.labels == ["role": "db"] && endpoint.addresses.count == 1)
    }

    @Test("the host itself is an endpoint of the hosts' network, with the label of hosts")
    func holdHosts() {
        let endpoint = remote.endpoints[1]
        #expect(endpoint.network == .hosts && endpoint.labels == ["vswitch/host": "hv2"])
        #expect(endpoint.addresses == [IPAddress("10.98.0.2")!])
        #expect(remote.place(of: IPAddress("10.98.0.2")!, in: .hosts)?.host == "hv2")
    }

    @Test("an address names its VM and host in its network alone, the link-local one too")
    func areFound() {
        let blue = VNI(rawValue: 77)!
        let place = remote.place(of: IPAddress("10.66.0.12")!, in: blue)
        #expect(place?.vm == "db1" && place?.host == "hv2")
        let formed = IPAddress.linkLocal(MACAddress("52:54:00:00:00:12")!)
        #expect(remote.place(of: formed, in: blue) == place)
        #expect(remote.place(of: IPAddress("10.66.0.12")!, in: StoredNetwork.default.vni) == nil)
        #expect(remote.place(of: IPAddress("10.66.0.13")!, in: blue) == nil)
    }
}
