import ControlPlane
import DataPath
import Overlay
import Packet
import Testing

@Suite("OverlayPlan")
struct OverlayPlanTests {
    private var host: Directory.Host {
        var vm = Directory.VM(name: "gw", network: "blue", mac: MACAddress("52:54:00:00:00:12")!)
        vm.anyAddress = true
        vm.labels = ["vswitch/router": "", "role": "gw"]
        var host = Directory.Host(name: "hv2")
        host.publicKeys = [SampleDirectory.keys[1], SampleDirectory.keys[2]]
        host.address = IPAddress("10.98.0.2")
        host.endpoint = UnderlayAddress("192.0.2.2:51820")
        host.roams = true
        host.persistentKeepalive = 25
        host.vms = [vm]
        return host
    }

    private func plan(
        _ host: Directory.Host, _ preshared: PresharedKeys = PresharedKeys()
    ) -> OverlayConfiguration {
        var numbers = PeerNumbers()
        numbers.assign(["other", "hv2"])
        let blue = StoredNetwork(name: "blue", vni: VNI(rawValue: 77)!, mtu: 1_500)
        return OverlayPlan(hosts: [host], numbers, preshared, networks: [.default, blue])
            .configuration
    }

    @Test("a peer has all that the directory says of the host")
    func plansPeers() throws {
        let peer = try #require(plan(host).peers.first)
        #expect(peer.settings.number.rawValue == 1 && peer.address == host.address)
        #expect(peer.settings.publicKeys == host.publicKeys && peer.takesGroups)
        #expect(peer.settings.endpoint == host.endpoint && peer.settings.roams)
        #expect(peer.settings.persistentKeepalive == 25)
        #expect(peer.settings.preshared.equals(.zero))
        var linux = host
        linux.kind = .linux
        #expect(plan(linux).peers.first?.takesGroups == false)
    }

    @Test("a VM is bound to its addresses and entitled by its labels, and carries their tag")
    func plansStations() throws {
        let station = try #require(plan(host).stations.first)
        #expect(station.peer.rawValue == 1 && station.network == 1)
        #expect(station.binding.anyAddress && station.binding.mayRoute)
        #expect(station.group == GroupTag.of(["role": "gw", "vswitch/router": ""]))
        var elsewhere = host
        elsewhere.vms[0].network = "green"
        #expect(plan(elsewhere).stations.isEmpty && plan(elsewhere).peers.count == 1)
    }

    @Test("where the hosts' network exists, each host is a station of it, with its own address")
    func plansHosts() throws {
        var numbers = PeerNumbers()
        numbers.assign(["other", "hv2"])
        let hosts = StoredNetwork(name: "host", vni: .hosts, mtu: 1_440)
        let plan = OverlayPlan(
            hosts: [host], numbers, PresharedKeys(), networks: [.default, hosts])
        let station = try #require(plan.configuration.stations.first)
        #expect(station.network == 1 && station.binding.addresses == [IPAddress("10.98.0.2")!])
        #expect(station.group == GroupTag.of(["vswitch/host": "hv2"]))
        #expect(station.binding.mac == MACAddress("02:00:01:00:00:01"))
    }

    @Test("a host whose shared key cannot be had is mute, and never spoken to without it")
    func mutesHosts() throws {
        let temporary = try TemporaryDirectory()
        var sharing = host
        sharing.presharedKeyFile = "\(temporary.path)/psk"
        let missing = PresharedKeys(of: [sharing])
        #expect(missing.faults["hv2"] != nil)
        #expect(plan(sharing, missing).peers.first?.settings.publicKeys.isEmpty == true)
        let key = PresharedKey(random: SystemRandom())
        try PrivateFile(path: "\(temporary.path)/psk").write(Array("\(key.base64)\n".utf8))
        let settings = plan(sharing, PresharedKeys(of: [sharing])).peers.first?.settings
        #expect(settings?.preshared.equals(key) == true && settings?.publicKeys.count == 2)
    }
}
