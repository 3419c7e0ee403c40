import DataPath
import Overlay
import Packet
import PolicyEngine
import Ports
import Synchronization
import Telemetry
import Testing

/// Two hosts with a guest each, station 1 and station 2, whose data paths meet over UDP on the
/// loopback device: real sockets, real sessions, memory ports.
final class OverlayRig {
    /// One of the hosts.
    struct Host {
        var datapath: Switch
        let wire = MemoryWire(capacity: 4_096)
        let key: PrivateKey
        let address: IPAddress
        var configuration: SwitchConfiguration
    }

    var hosts: [Host] = []
    private let ports: [UInt16]
    /// The timestamps that each host has written down.
    private let reserves = Reserves()

    /// Hosts whose guests may speak as `policy` says, on both ends.
    init(_ policy: String = SwitchRig.allowAll) throws {
        ports = [try Self.freePort(), try Self.freePort()]
        let keys = [PrivateKey(random: SystemRandom()), PrivateKey(random: SystemRandom())]
        for index in 0..<2 {
            let host = Host(
                datapath: try Switch(SwitchSettings()), key: keys[index],
                address: Self.overlayAddress(index),
                configuration: try configuration(index, keys[1 - index], policy))
            try open(host, index, lastTimestamp: nil)
            hosts.append(host)
        }
    }

    private func open(_ host: Host, _ index: Int, lastTimestamp: TAI64N?) throws {
        try host.datapath.start()
        try host.datapath.attach(.memory(MemoryPort(host.wire)), as: Self.guestPort)
        var start = OverlayStart(
            listen: Self.loopback(ports[index]), address: host.address, identities: [host.key],
            persist: { [reserves] timestamp in
                reserves.byHost.withLock { $0[index] = timestamp }
                return true
            })
        start.lastTimestamp = lastTimestamp
        try host.datapath.openOverlay(start)
    }

    /// Ends the data path of host `index` and starts another one with the same key, which knows no
    /// more than what the first wrote down.
    func restart(_ index: Int) throws {
        hosts[index].datapath.stop()
        hosts[index].datapath = try Switch(SwitchSettings())
        try open(hosts[index], index, lastTimestamp: reserves.byHost.withLock { $0[index] })
        hosts[index].datapath.publish(hosts[index].configuration)
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

    /// What the guest of host `index` receives next.
    func arrival(_ index: Int) async throws -> MemoryFrame? {
        var frame: MemoryFrame?
        _ = try await comes {
            frame = hosts[index].wire.receive()
            return frame != nil
        }
        return frame
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
            policy: try PolicyCompiler.compile(
                [file], PolicyUniverse(endpoints: [here, there]), today: PolicyDay(number: 0)))
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

/// What hosts have on their disks.
private final class Reserves: Sendable {
    let byHost = Mutex<[Int: TAI64N]>([:])
}

extension OverlayRig {
    /// A UDP port that was free a moment ago.
    static func freePort() throws -> UInt16 {
        try UnderlaySocket(loopback(0)).open().address.port
    }
}
