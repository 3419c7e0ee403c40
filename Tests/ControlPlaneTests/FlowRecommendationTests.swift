import ControlAPI
import ControlPlane
import FlowTable
import Packet
import PolicyEngine
import Testing

@Suite("FlowRecommendation")
struct FlowRecommendationTests {
    /// VMs on ports 1, 2, … with these labels, at 10.0.0.1, 10.0.0.2, ….
    static func universe(_ labels: [[String: String]]) throws -> PolicyUniverse {
        var endpoints: [PolicyEndpoint] = []
        for (index, labels) in labels.enumerated() {
            let number = UInt16(index + 1)
            var endpoint = PolicyEndpoint(
                vm: "vm\(number)", labels: labels, network: VNI(rawValue: 1)!,
                mac: MACAddress(rawValue: 0x5254_0000_0000 + UInt64(number)))
            endpoint.addresses = [try #require(IPAddress("10.0.0.\(number)"))]
            endpoint.port = PortNumber(rawValue: number)
            endpoints.append(endpoint)
        }
        return PolicyUniverse(endpoints: endpoints)
    }

    /// The port of the VM that has the address, or 99, an uplink.
    private static func port(_ address: String) -> PortNumber {
        let octets = address.split(separator: ".").compactMap { UInt16($0) }
        let isVM = octets.starts(with: [10, 0, 0]) && octets[3] < 50
        return PortNumber(rawValue: isVM ? octets[3] : 99)
    }

    static func observe(
        _ from: String, _ to: String, _ port: UInt16, by ipProtocol: IPProtocol = .tcp
    ) throws -> FlowRecommendation.Observation {
        let tuple = FiveTuple(
            from: (try #require(IPAddress(from)), 40_000),
            to: (try #require(IPAddress(to)), port), ipProtocol)
        return FlowRecommendation.Observation(
            in: VNI(rawValue: 1)!, tuple,
            ConnectionPorts(original: Self.port(from), reply: Self.port(to)))
    }

    /// The same, sent by the guest at this port on behalf of others.
    private static func forwarded(
        _ observation: FlowRecommendation.Observation, by port: UInt16
    ) -> FlowRecommendation.Observation {
        var ports = observation.ports
        ports.original = PortNumber(rawValue: port)
        return FlowRecommendation.Observation(in: observation.network, observation.tuple, ports)
    }

    static func text(
        _ universe: PolicyUniverse, _ observations: [FlowRecommendation.Observation],
        vms: [String] = []
    ) -> String {
        var recommendation = FlowRecommendation(universe, vms: vms)
        for observation in observations { recommendation.add(observation) }
        return FlowRecommendationText(recommendation).text("seen")
    }

    /// The text compiled, and its tests evaluated.
    private static func compiled(
        _ text: String, _ universe: PolicyUniverse
    ) throws -> CompiledPolicy {
        let file = try PolicyParser.parse(PolicySource(path: "seen.yaml", text: text))
        return try PolicyCompiler.compile([file], universe, today: PolicyDay(number: 0))
    }

    /// The text as its reader puts it in force at last.
    private static func enforced(_ text: String) -> String {
        text.replacing("\nmode: audit\n", with: "\nmode: enforce\n")
    }

    /// Whether both ends that are VMs allow what was observed.
    private static func allows(
        _ compiled: CompiledPolicy, _ observation: FlowRecommendation.Observation
    ) -> Bool {
        let tuple = observation.tuple
        let service = ServiceKey(
            tuple.ipProtocol, tuple.ipProtocol == .icmp ? 8 << 8 : tuple.destinationPort)
        let ends = [
            (TrafficDirection.egress, observation.ports.original, tuple.source, tuple.destination),
            (.ingress, observation.ports.reply, tuple.destination, tuple.source),
        ]
        return ends.allSatisfy { direction, port, own, peer in
            let question = PolicyQuestion(own: own, peer: peer, service: service)
            return port.rawValue == 99
                || compiled.table.classify(port: port, direction, question).action == .allow
        }
    }

    @Test("the text compiles, allows every connection seen, and no other between these VMs")
    func allowsExactlyWhatWasSeen() throws {
        var random = SeededRandom(seed: 20_261_121)
        for round in 0..<200 {
            let universe = try Self.universe(
                (0..<5).map { _ in
                    ["role": ["web", "db"].randomElement(using: &random)!, "app": "shop"]
                        .filter { _ in Bool.random(using: &random) }
                })
            let addresses = (1...5).map { "10.0.0.\($0)" } + ["192.0.2.1", "192.0.2.2"]
            var seen: [FlowRecommendation.Observation] = []
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let ends = addresses.shuffled(using: &random)
                guard ends[0].hasPrefix("10") || ends[1].hasPrefix("10") else { continue }
                let port = [22, 80, 443].randomElement(using: &random)!
                seen.append(try Self.observe(ends[0], ends[1], UInt16(port)))
            }
            guard !seen.isEmpty else { continue }
            let text = Self.text(universe, seen)
            _ = try Self.compiled(text, universe)
            let compiled = try Self.compiled(Self.enforced(text), universe)
            let missing = seen.filter { !Self.allows(compiled, $0) }
            #expect(missing.isEmpty, "round \(round): \(missing)\n\(text)")
            for observation in try Self.unseen(addresses, seen) {
                #expect(!Self.allows(compiled, observation), "round \(round): \(text)")
            }
        }
    }

    /// Connections between the VMs seen that were not made.
    private static func unseen(
        _ addresses: [String], _ seen: [FlowRecommendation.Observation]
    ) throws -> [FlowRecommendation.Observation] {
        let known = Set(seen.map(\.tuple))
        let ends = Set(seen.flatMap { [$0.tuple.source, $0.tuple.destination] })
        var unseen: [FlowRecommendation.Observation] = []
        for from in addresses {
            for to in addresses where from != to && (from + to).contains("10.0.0") {
                for port in [22, 80, 443] as [UInt16] {
                    let observation = try observe(from, to, port)
                    let tuple = observation.tuple
                    let isMet = ends.contains(tuple.source) && ends.contains(tuple.destination)
                    if isMet, !known.contains(tuple) { unseen.append(observation) }
                }
            }
        }
        return unseen
    }

    @Test("a guest that forwards for others is allowed at both ends")
    func allowsRouters() throws {
        var universe = try Self.universe([["role": "web"], ["role": "router"]])
        universe.endpoints[1].anyAddress = true
        let seen = [Self.forwarded(try Self.observe("203.0.113.7", "10.0.0.1", 80), by: 2)]
        let text = Self.text(universe, seen)
        _ = try Self.compiled(text, universe)
        let compiled = try Self.compiled(Self.enforced(text), universe)
        #expect(Self.allows(compiled, seen[0]), "\(text)")
        #expect(text.contains("allow label role=router, cidr 203.0.113.7/32 -> label role=web"))
        #expect(text.contains("- cidr 203.0.113.7/32 -> vm vm1 on tcp/80 => allow\n"))
    }

    @Test("only connections of the VMs asked for are taken, and only these are governed")
    func takesSome() throws {
        let universe = try Self.universe([[:], [:], [:]])
        let seen = [
            try Self.observe("10.0.0.1", "10.0.0.2", 80),
            try Self.observe("10.0.0.2", "10.0.0.3", 80),
        ]
        let text = Self.text(universe, seen, vms: ["vm1"])
        #expect(text.contains("\nfor: vm vm1\n") && !text.contains("vm3"), "\(text)")
        #expect(Self.text(universe, seen).contains("\nfor: vm vm1, vm vm2, vm vm3\n"))
    }

    @Test("an address is the first claimant's, a bound one goes before a formed one")
    func knowsOwners() throws {
        var universe = try Self.universe([[:], [:]])
        universe.endpoints[1].addresses.append(universe.endpoints[0].addresses[0])
        universe.endpoints[1].addresses.append(.linkLocal(universe.endpoints[0].mac))
        let owners = AddressOwners(universe)
        let network = VNI(rawValue: 1)!
        #expect(owners.owner(of: universe.endpoints[0].addresses[0], in: network) == 0)
        #expect(owners.owner(of: .linkLocal(universe.endpoints[0].mac), in: network) == 1)
        #expect(owners.owner(of: .linkLocal(universe.endpoints[1].mac), in: network) == 1)
        #expect(owners.owner(of: universe.endpoints[0].addresses[0], in: VNI(rawValue: 2)!) == nil)
        #expect(owners.endpoint(at: PortNumber(rawValue: 2)) == 1)
    }
}
