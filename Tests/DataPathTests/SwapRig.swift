import DataPath
import Packet
import PolicyEngine
import Ports
import Telemetry
import Testing

/// A switch on its own thread between two guests, and two policies that take turns.
///
/// Each policy refuses UDP port 100 at one end and 101 at the other; the other policy has the ends
/// the other way round. So either refuses both, and only a mixture lets one through. Port 53 passes
/// under both.
final class SwapRig {
    let datapath: Switch
    let wires = [MemoryWire(), MemoryWire()]
    private(set) var sent: [UInt16: UInt64] = [:]
    private(set) var arrived: [UInt16: UInt64] = [:]
    private var configuration: SwitchConfiguration
    private let policies: [CompiledPolicy]
    /// The counts of policies that have left, by rule.
    private var carried: [String: UInt64] = [:]

    init() throws {
        datapath = try Switch(SwitchSettings())
        try datapath.start()
        let vni = try #require(VNI(rawValue: 1))
        var ports: [PortConfiguration] = []
        var endpoints: [PolicyEndpoint] = []
        for index in 0..<2 as Range<UInt8> {
            let station = FrameBuilder.Station(index)
            let number = PortNumber(rawValue: UInt16(index))
            try datapath.attach(.memory(MemoryPort(wires[Int(index)])), as: number)
            var port = PortConfiguration(
                number: number, network: 0, isUplink: false,
                binding: PortBinding(mac: station.mac, addresses: [station.ip]))
            port.isOpen = true
            ports.append(port)
            var endpoint = PolicyEndpoint(vm: "vm\(index)", network: vni, mac: station.mac)
            endpoint.addresses = [station.ip]
            endpoint.port = number
            endpoints.append(endpoint)
        }
        let universe = PolicyUniverse(endpoints: endpoints)
        policies = try [(101, 100), (100, 101)].map { out, into in
            let files = [(0, out), (1, into)].map { index, port in
                SwitchRig.rules(
                    at: UInt8(index), "- allow any -> any on udp/53 as always",
                    "- allow any -> any on udp/\(port) as one")
            }
            return try PolicyCompiler.compile(
                files.map { try PolicyParser.parse(PolicySource(path: "s.yaml", text: $0)) },
                universe, today: PolicyDay(number: 0))
        }
        configuration = SwitchConfiguration(
            generation: 0, networks: [NetworkConfiguration(vni: vni, mtu: 1_500)], ports: ports,
            policy: policies[0])
    }

    deinit { datapath.stop() }

    /// How many policies were put in force.
    var generation: UInt32 { configuration.generation }

    /// Puts the other policy in force; the first has the even generations.
    func swap() {
        configuration.generation += 1
        configuration.policy = policies[Int(configuration.generation % 2)]
        datapath.publish(configuration)
    }

    /// Sends `count` frames to UDP port `port`.
    func send(_ count: Int, to port: UInt16) {
        let frame = FrameBuilder(0, 1).udp(9, port)
        for _ in 0..<count where wires[0].send(frame) { sent[port, default: 0] += 1 }
    }

    /// Takes what has arrived.
    func receive() {
        for frame in wires[1].receiveAll() {
            let port = UInt16(frame.bytes[36]) << 8 | UInt16(frame.bytes[37])
            arrived[port, default: 0] += 1
        }
    }

    /// Whether a drop was judged by the two ends' rules of the generation that it names.
    func isWhole(_ record: DropRecord) -> Bool {
        guard record.reason == .deniedByPolicy, let port = record.tuple?.destinationPort else {
            return false
        }
        let isIntoFirst = (port == 101) == (record.generation % 2 == 0)
        let refusing: TrafficDirection = isIntoFirst ? .ingress : .egress
        let other = isIntoFirst ? record.egress : record.ingress
        let policy = policies[Int(record.generation % 2)]
        return record.refusingEnd == refusing && other?.action == .allow
            && record.refusal.map { policy.rule($0.rule).name.hasSuffix("/default") } == true
            && other.map { policy.rule($0.rule).name.hasSuffix("/one") } == true
    }

    /// The hits of each rule so far, over all generations.
    func hits() async -> [String: UInt64] {
        var sums = carried
        for report in await datapath.ruleHits() {
            for hit in report.hits.values {
                sums[hit.rule.name, default: 0] += hit.count
                if report.isFinal { carried[hit.rule.name, default: 0] += hit.count }
            }
        }
        return sums
    }
}
