import ControlPlane
import Overlay
import Packet
import Testing

@Suite("WireGuardExport")
struct WireGuardExportTests {
    private var host: Directory.Host {
        var vm = Directory.VM(name: "db1", network: "blue", mac: MACAddress("52:54:00:00:00:12")!)
        vm.addresses = [IPAddress("10.66.0.12")!]
        var host = Directory.Host(name: "hv2")
        host.publicKeys = [SampleDirectory.keys[1]]
        host.address = IPAddress("10.98.0.2")
        host.endpoint = UnderlayAddress("192.0.2.2:51821")
        host.vms = [vm]
        return host
    }

    private func export(_ host: Directory.Host) -> WireGuardExport {
        let mtu = OverlayMTU(underlay: 1_500, underlayIsIPv6: false, innerIsIPv6: false)!
        var export = WireGuardExport(for: host, by: "hv1", mtu)
        var peer = WireGuardExport.Peer(
            name: "hv1", publicKey: SampleDirectory.keys[0], address: IPAddress("10.98.0.1")!)
        peer.endpoint = UnderlayAddress("192.0.2.1:51820")
        var network = WireGuardExport.Network(name: "blue", vni: VNI(rawValue: 77)!)
        network.members = [IPAddress("10.98.0.1")!]
        network.stations = [(MACAddress("52:54:00:00:00:11")!, IPAddress("10.98.0.1")!)]
        export.peers = [peer]
        export.networks = [network]
        return export
    }

    @Test("every command that the host needs is there, in order")
    func commands() {
        let lines = export(host).text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            lines.map(String.init) == [
                "set -e", "KEY=${KEY:-/etc/wireguard/vsw-wg0.key}",
                "ip link add vsw-wg0 type wireguard 2>/dev/null || wireguard-go vsw-wg0",
                "wg setconf vsw-wg0 /dev/stdin <<'END'", "[Interface]", "ListenPort = 51821",
                "[Peer]", "PublicKey = \(SampleDirectory.keys[0])", "AllowedIPs = 10.98.0.1/32",
                "Endpoint = 192.0.2.1:51820", "END", "wg set vsw-wg0 private-key \"$KEY\"",
                "ip address add 10.98.0.2/32 dev vsw-wg0", "ip link set vsw-wg0 mtu 1440 up",
                "ip route add 10.98.0.1/32 dev vsw-wg0",
                "ip link add vx77 type vxlan id 77 local 10.98.0.2 dstport 4789 nolearning",
                "ip link set vx77 mtu 1390 up",
                "bridge fdb append 00:00:00:00:00:00 dev vx77 dst 10.98.0.1",
                "bridge fdb append 52:54:00:00:00:11 dev vx77 dst 10.98.0.1",
            ])
    }

    @Test("comments tell the key to compare, the VMs, and that the private key is not there")
    func comments() {
        let text = export(host).text
        #expect(text.hasPrefix("#!/bin/sh\n"))
        #expect(text.contains("#   \(SampleDirectory.keys[1])\n"))
        #expect(text.contains("# PrivateKey = (not here"))
        #expect(text.contains("#   db1: 52:54:00:00:00:12 10.66.0.12\n"))
    }

    @Test("a host that roams keeps itself reachable; an unknown endpoint is told")
    func roams() {
        var roaming = host
        roaming.roams = true
        roaming.endpoint = nil
        #expect(export(roaming).text.contains("PersistentKeepalive = 25\n"))
        #expect(!export(roaming).text.contains("ListenPort"))
        var unknown = export(host)
        unknown.peers[0].endpoint = nil
        #expect(unknown.text.contains("# Endpoint = (not known"))
    }

    @Test("a shared key comes from a file, and IPv6 addresses count at once")
    func shares() {
        var shared = host
        shared.presharedKeyFile = "/etc/vswitch/hv2.psk"
        shared.address = IPAddress("fd98::2")
        var sixth = export(shared)
        sixth.mtu = OverlayMTU(underlay: 1_500, underlayIsIPv6: false, innerIsIPv6: true)!
        #expect(
            sixth.text.contains(
                "wg set vsw-wg0 peer \(SampleDirectory.keys[0]) preshared-key "
                    + "\"${PSK:-/etc/wireguard/vsw-wg0.psk}\"\n"))
        #expect(sixth.text.contains("ip address add fd98::2/128 dev vsw-wg0 nodad\n"))
        #expect(!sixth.text.contains("/etc/vswitch/hv2.psk"))
    }
}
