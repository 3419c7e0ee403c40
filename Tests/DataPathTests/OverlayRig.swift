import DataPath
import Overlay
import Packet
import PolicyEngine
import Ports
import Telemetry
import Testing

/// Two hosts with a guest each, station 1 and station 2, whose data paths meet over UDP on the
/// loopback device: real sockets, real sessions, memory ports.
final class OverlayRig {
    /// One of the hosts.
    struct Host {
        let datapath: Switch
        let wire = MemoryWire(capacity: 4_096)
        let key: PrivateKey
        let address: IPAddress
        var configuration: SwitchConfiguration
    }

    var hosts: [Host] = []
    private let ports: [UInt16]

    /// Hosts whose guests may speak as `policy` says, on both ends.
    init(_ policy: String = SwitchRig.allowAll) throws {
        let base = UInt16.random(in: 20_000...50_000)
        ports = [base, base + 1]
        let keys = [PrivateKey(random: SystemRandom()), PrivateKey(random: SystemRandom())]
        for index in 0..<2 {
            let host = Host(
                datapath: try Switch(SwitchSettings()), key: keys[index],
                address: Self.overlayAddress(index),
                configuration: try configuration(index, keys[1 - index], policy))
            try host.datapath.start()
            try host.datapath.attach(.memory(MemoryPort(host.wire)), as: Self.guestPort)
            try host.datapath.openOverlay(
                OverlayStart(
                    listen: Self.loopback(ports[index]), address: host.address,
                    identities: [host.key], persist: { _ in true }))
            hosts.append(host)
        }
    }

    deinit { for host in hosts { host.datapath.stop() } }

    static var guestPort: PortNumber { PortNumber(rawValue: 1) }

    static func overlayAddress(_ index: Int) -> IPAddress {
        IPAddress(IPv4Address(rawValue: 0x0a62_0001 + UInt32(index)))
    }

    static func loopback(_ port: UInt16) -> UnderlayAddress {
        UnderlayAddress(IPAddress(IPv4Address(rawValue: 0x7f00_0001)), port: port)
    }

    /// Puts both configurations in force.
    func publish() { for host in hosts { host.datapath.publish(host.configuration) } }

    /// What the guest of host `index` receives next, within two seconds.
    func arrival(_ index: Int) async throws -> MemoryFrame? {
        for _ in 0..<400 {
            if let frame = hosts[index].wire.receive() { return frame }
            try await Task.sleep(for: .milliseconds(5))
        }
        return nil
    }

    /// The drops at the port `number` of host `index`.
    func drops(_ index: Int, at number: PortNumber) async -> [DropReason: UInt64] {
        let counts = await hosts[index].datapath.counts().ports[number]?.dropped ?? DropCounts()
        let pairs = DropReason.allCases.map { ($0, counts[$0]) }.filter { $0.1 > 0 }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    /// Whether both hosts' counters balance.
    func isBalanced() async -> Bool {
        for host in hosts where await !host.datapath.counts().isBalanced { return false }
        return true
    }

    private func configuration(
        _ index: Int, _ peerKey: PrivateKey, _ policy: String
    ) throws -> SwitchConfiguration {
        let vni = try #require(VNI(rawValue: 42))
        let own = FrameBuilder.Station(UInt8(index + 1))
        let other = FrameBuilder.Station(UInt8(2 - index))
        var port = PortConfiguration(
            number: Self.guestPort, network: 0, isUplink: false,
            binding: PortBinding(mac: own.mac, addresses: [own.ip]))
        port.isOpen = true
        port.group = 7
        var here = PolicyEndpoint(vm: "vm\(index)", network: vni, mac: own.mac)
        here.addresses = [own.ip]
        here.port = Self.guestPort
        var there = PolicyEndpoint(vm: "vm\(1 - index)", network: vni, mac: other.mac)
        there.addresses = [other.ip]
        let file = try PolicyParser.parse(PolicySource(path: "t.yaml", text: policy))
        var configuration = SwitchConfiguration(
            generation: 1, networks: [NetworkConfiguration(vni: vni, mtu: 1_500)], ports: [port],
            policy: try PolicyCompiler.compile([file], PolicyUniverse(endpoints: [here, there])))
        let number = try #require(PeerNumber(rawValue: 3))
        var settings = PeerSettings(number: number, publicKeys: [peerKey.publicKey])
        settings.endpoint = Self.loopback(ports[1 - index])
        configuration.overlay = OverlayConfiguration(
            peers: [OverlayPeer(settings, address: Self.overlayAddress(1 - index))],
            stations: [
                RemoteStation(
                    peer: number, network: 0,
                    binding: PortBinding(mac: other.mac, addresses: [other.ip]), group: 7)
            ])
        return configuration
    }
}
