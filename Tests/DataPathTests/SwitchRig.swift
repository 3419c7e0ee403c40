import DataPath
import FlowTable
import Packet
import PolicyEngine
import Ports
import Telemetry
import Testing

/// A worker with memory ports and a clock of the test's own: station n sits at port n of its
/// network.
final class SwitchRig {
    var worker: Worker
    let link: WorkerLink
    var wires: [UInt16: MemoryWire] = [:]
    var configuration: SwitchConfiguration
    /// The first of the policies applied last.
    var policy = ""
    var clock: UInt64 = 1_000_000_000
    var ledgers = LedgerList()
    private var sequence: UInt64 = 0
    private var slots: [UInt16: UnsafeMutablePointer<PortSlot>] = [:]
    private let settings: SwitchSettings

    /// A rig whose stations may speak as the rules of `policy` say; nil publishes nothing.
    init(
        _ policy: String? = allowAll, stations: [UInt8] = [1, 2, 3],
        _ settings: SwitchSettings = .small
    ) throws {
        self.settings = settings
        link = try #require(WorkerLink())
        guard let poller = Poller(bell: link.bell) else { throw SwitchError.noDescriptor }
        worker = try Worker(settings, link, poller)
        configuration = SwitchConfiguration(
            generation: 0,
            networks: [
                NetworkConfiguration(vni: try #require(VNI(rawValue: 1)), mtu: 1_500),
                NetworkConfiguration(vni: try #require(VNI(rawValue: 2)), mtu: 1_500),
            ], ports: [], policy: .empty)
        for station in stations { try attach(station) }
        if let policy { try apply(policy) }
    }

    deinit {
        for slot in slots.values {
            slot.deinitialize(count: 1)
            slot.deallocate()
        }
    }

    /// Every station may speak to every other.
    static var allowAll: String { rules("- allow any -> any") }

    /// A policy of these rules for the VM of station `number` alone, which denies the rest.
    static func rules(at number: UInt8, _ rules: String...) -> String {
        "policy: at\(number)\ntier: app\nfor: vm vm\(number)\nrules:\n"
            + rules.map { "  \($0)\n" }.joined() + "default: deny\n"
    }

    /// A policy of these rules for all ports, which denies the rest.
    static func rules(_ rules: String...) -> String {
        "policy: test\ntier: app\nfor: any\nrules:\n" + rules.map { "  \($0)\n" }.joined()
            + "default: deny\n"
    }

    /// Attaches station `number` at the port of the same number.
    func attach(
        _ number: UInt8, network: Int = 0, uplink: Bool = false, superFrames: Bool = true
    ) throws {
        let port = PortNumber(rawValue: UInt16(number))
        let wire = MemoryWire(carriesSuperFrames: superFrames)
        let slot = UnsafeMutablePointer<PortSlot>.allocate(capacity: 1)
        slot.initialize(
            to: try PortSlot(
                .memory(MemoryPort(wire)), flowCapacity: settings.flowCapacity,
                secret: settings.secret))
        wires[UInt16(number)] = wire
        slots[UInt16(number)] = slot
        let station = FrameBuilder.Station(number)
        configuration.ports.append(
            PortConfiguration(
                number: port, network: network, isUplink: uplink,
                binding: PortBinding(mac: station.mac, addresses: [station.ip])))
        configuration.ports[configuration.ports.count - 1].isOpen = true
        #expect(link.commands.push(.attach(slot, port)))
        breathe()
    }

    /// Puts `policies` in force as a new generation.
    func apply(_ policies: String...) throws {
        policy = policies.first ?? ""
        configuration.generation += 1
        configuration.policy = try compile(policies)
        publish()
    }

    /// Compiles `policies` for the stations.
    func compile(_ policies: [String]) throws -> CompiledPolicy {
        let endpoints = configuration.ports.filter { !$0.isUplink }.map(endpoint)
        let files = try policies.map {
            try PolicyParser.parse(PolicySource(path: "test.yaml", text: $0))
        }
        return try PolicyCompiler.compile(
            files, PolicyUniverse(endpoints: endpoints), today: PolicyDay(number: 0))
    }

    /// Publishes the configuration as it is.
    func publish() {
        configuration.ledger = ledgers.ledger(for: configuration, after: sequence)
        sequence += 1
        link.snapshot.publish(Snapshot(configuration, captures: [], sequence: sequence))
    }

    /// Lets the worker make one turn.
    func breathe(after nanoseconds: UInt64 = 1_000) {
        clock += nanoseconds
        worker.poller.wait(milliseconds: 0)
        worker.breathe(at: Worker.Instant(monotonic: clock, realtime: clock))
    }

    /// Sends `frame` from station `number`, and lets the worker make one turn.
    func send(_ frame: MemoryFrame, from number: UInt8) {
        wires[UInt16(number)]?.send(frame)
        breathe()
    }

    /// What station `number` has received since the last call.
    func received(_ number: UInt8) -> [MemoryFrame] {
        wires[UInt16(number)]?.receiveAll() ?? []
    }

    /// Whether `frame`, sent from one station, arrives unchanged at the other.
    func passes(_ frame: MemoryFrame, from source: UInt8, to destination: UInt8) -> Bool {
        send(frame, from: source)
        return received(destination).map(\.bytes) == [frame.bytes]
    }

    /// The counters of port `number`.
    func counts(_ number: UInt8) -> PortCounts { slots[UInt16(number)]?.pointee.counts() ?? .zero }

    /// The last drops at port `number`, the latest first.
    func recentDrops(_ number: UInt8) -> [DropRecord] {
        slots[UInt16(number)]?.pointee.recentDrops ?? []
    }

    /// How often each rule decided under the policy in force, by its name.
    var hits: [String: UInt64] {
        let hits = ledgers.take(seen: link.snapshot.seenSequence).last?.hits.values.map { $0 } ?? []
        return Dictionary(uniqueKeysWithValues: hits.map { ($0.rule.name, $0.count) })
    }

    /// What the worker has told since the last call.
    func events() -> [DataPathEvent] {
        var events: [DataPathEvent] = []
        while let event = link.events.pop() { events.append(event) }
        return events
    }

    /// The name of the rule of `verdict` under the policy in force.
    func ruleName(_ verdict: Verdict?) -> String? {
        verdict.map { configuration.policy.rule($0.rule).name }
    }

    /// The sum over all ports.
    var total: PortCounts { slots.values.reduce(.zero) { $0 + $1.pointee.counts() } }

    /// What station `number` was refused, by reason.
    func drops(_ number: UInt8) -> [DropReason: UInt64] {
        let counts = counts(number).dropped
        let pairs = DropReason.allCases.map { ($0, counts[$0]) }.filter { $0.1 > 0 }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    private func endpoint(_ port: PortConfiguration) -> PolicyEndpoint {
        var endpoint = PolicyEndpoint(
            vm: "vm\(port.number)", network: configuration.networks[port.network].vni,
            mac: port.binding.mac)
        endpoint.addresses = port.binding.addresses
        endpoint.port = port.number
        return endpoint
    }
}

extension SwitchSettings {
    /// The defaults with a small flow cache.
    static var small: SwitchSettings {
        var settings = SwitchSettings()
        settings.flowCapacity = 64
        return settings
    }
}
