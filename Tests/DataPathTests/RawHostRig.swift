import DataPath
import Overlay
import Packet
import PolicyEngine
import Ports
import Telemetry
import Testing

/// One switch, and a ``RawHost`` as its peer 3.
///
/// In network 42 stations 1 and 4 are guests here, at the ports of their number, station 2 lives on
/// the raw host, and station 3 on peer 4, which is never there. In network 43 station 5 is a guest
/// here, and station 2 lives on peer 4. Every station is of group 7.
final class RawHostRig {
    let datapath: Switch
    let host: RawHost
    let key = PrivateKey(random: SystemRandom())
    /// Where the switch listens.
    let address: UnderlayAddress
    private(set) var wires: [UInt8: MemoryWire] = [:]
    var configuration: SwitchConfiguration

    static let rawPeer = PeerNumber(rawValue: 3)
    static let absentPeer = PeerNumber(rawValue: 4)

    /// A rig whose stations may speak as `policy` says; the handshake has not happened.
    init(
        _ policy: String = SwitchRig.allowAll,
        persist: @escaping @Sendable (TAI64N) -> Bool = { _ in true }
    ) throws {
        datapath = try Switch(SwitchSettings())
        host = try RawHost()
        address = OverlayRig.loopback(try OverlayRig.freePort())
        configuration = SwitchConfiguration(
            generation: 0, networks: [], ports: [], policy: .empty)
        try datapath.start()
        try datapath.openOverlay(
            OverlayStart(
                listen: address, address: OverlayRig.overlayAddress(0), identities: [key],
                persist: persist))
        for number in [42, 43] as [UInt32] {
            let vni = try #require(VNI(rawValue: number))
            configuration.networks.append(NetworkConfiguration(vni: vni, mtu: 1_500))
        }
        for (station, network) in [(1, 0), (4, 0), (5, 1)] as [(UInt8, Int)] {
            try attach(station, network)
        }
        configuration.overlay = try others()
        try apply(policy)
        try host.meet([key.publicKey], at: address)
    }

    deinit { datapath.stop() }

    /// What station `number` may send from.
    static func binding(_ number: UInt8) -> PortBinding {
        let station = FrameBuilder.Station(number)
        return PortBinding(
            mac: station.mac, addresses: [station.ip, IPv6FrameBuilder.station(number).ip])
    }

    /// Attaches station `number` at the port of the same number.
    func attach(_ number: UInt8, _ network: Int, _ binding: PortBinding? = nil) throws {
        let wire = MemoryWire(capacity: 4_096)
        let port = PortNumber(rawValue: UInt16(number))
        try datapath.attach(.memory(MemoryPort(wire)), as: port)
        wires[number] = wire
        var entry = PortConfiguration(
            number: port, network: network, isUplink: false,
            binding: binding ?? Self.binding(number))
        entry.isOpen = true
        entry.group = 7
        configuration.ports.append(entry)
    }

    private func others() throws -> OverlayConfiguration {
        let (raw, absent) = (try #require(Self.rawPeer), try #require(Self.absentPeer))
        var settings = PeerSettings(number: raw, publicKeys: [host.key.publicKey])
        settings.endpoint = host.address
        let stranger = PrivateKey(random: SystemRandom()).publicKey
        return OverlayConfiguration(
            peers: [
                OverlayPeer(settings, address: OverlayRig.overlayAddress(1)),
                OverlayPeer(
                    PeerSettings(number: absent, publicKeys: [stranger]),
                    address: OverlayRig.overlayAddress(2)),
            ],
            stations: [(raw, 0, 2), (absent, 0, 3), (absent, 1, 2)].map {
                RemoteStation(peer: $0, network: $1, binding: Self.binding($2), group: 7)
            })
    }

    /// Puts `policy` in force for all stations, as a new generation.
    func apply(_ policy: String) throws {
        configuration.generation += 1
        let here = configuration.ports.map { port -> PolicyEndpoint in
            var endpoint = self.endpoint(port.binding, port.network)
            endpoint.port = port.number
            return endpoint
        }
        let there = (configuration.overlay?.stations ?? []).map { endpoint($0.binding, $0.network) }
        let file = try PolicyParser.parse(PolicySource(path: "t.yaml", text: policy))
        configuration.policy = try PolicyCompiler.compile(
            [file], PolicyUniverse(endpoints: here + there), today: PolicyDay(number: 0))
        publish()
    }

    private func endpoint(_ binding: PortBinding, _ network: Int) -> PolicyEndpoint {
        let name = "vm\(binding.mac.rawValue & 0xff)-\(network)"
        let vni = configuration.networks[network].vni
        var endpoint = PolicyEndpoint(vm: name, network: vni, mac: binding.mac)
        endpoint.addresses = binding.addresses
        return endpoint
    }

    /// Puts the configuration in force as it is.
    func publish() { datapath.publish(configuration) }
}

extension RawHostRig {
    /// Lets the raw host begin a session with the switch; returns when both ends may send.
    func connect() async throws {
        host.call()
        let isUp = try await host.pump { host.current != nil }
        try #require(isUp, "the switch did not answer the handshake")
        send(FrameBuilder(2, 1).udp(9, 9))
        _ = try #require(try await arrival(1), "no frame arrives")
    }

    /// Seals and sends what an honest host puts around `frame`.
    func send(_ frame: MemoryFrame) { seal(InnerPacket(frame.bytes).plaintext) }

    /// Seals and sends `plaintext`.
    func seal(_ plaintext: [UInt8]) { host.send(host.sealed(plaintext), to: address) }

    /// What station `number` receives next.
    func arrival(_ number: UInt8) async throws -> MemoryFrame? {
        var frame: MemoryFrame?
        _ = try await comes {
            frame = wires[number]?.receive()
            return frame != nil
        }
        return frame
    }

    /// What is inside of the next plaintext that the raw host gets, behind the headers.
    func nextFrame() async throws -> [UInt8]? {
        guard try await host.pump(until: { !host.plaintexts.isEmpty }) else { return nil }
        return Self.frame(in: host.plaintexts.removeFirst())
    }

    /// The guest's frame in `plaintext`, without padding.
    static func frame(in plaintext: [UInt8]) -> [UInt8] {
        let length = Int(plaintext[2]) << 8 | Int(plaintext[3])
        return Array(plaintext[..<length].dropFirst(InnerPacket.headerByteCount))
    }

    /// The drops of port `number`, by reason.
    func drops(at number: PortNumber = .overlay) async -> [DropReason: UInt64] {
        Self.drops(await datapath.counts().ports[number] ?? .zero)
    }

    static func drops(_ counts: PortCounts) -> [DropReason: UInt64] {
        let pairs = DropReason.allCases.map { ($0, counts.dropped[$0]) }.filter { $0.1 > 0 }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    /// Waits until `condition` holds, while the raw host takes what comes.
    func settle(_ condition: () async -> Bool) async throws {
        let isSettled = try await comes {
            host.pump()
            return await condition()
        }
        #expect(isSettled)
    }

    /// Whether no guest has received anything since it was last asked.
    var areGuestsUntouched: Bool { wires.values.allSatisfy { $0.receiveAll().isEmpty } }
}
