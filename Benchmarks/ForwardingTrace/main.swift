// ForwardingTrace FRAMES: forwards so many frames of one established connection between two memory
// ports, for Tests/StyleTests/ForwardingCostTests to count the instructions of.

import DataPath
import FlowTable
import Packet
import PolicyEngine
import Ports

/// Ends the program with `sentence`; a trace that cannot run counts nothing.
func stop(_ sentence: String) -> Never { fatalError("ForwardingTrace: \(sentence)") }

let wires = [MemoryWire(), MemoryWire()]
let addresses = [0x0a00_0001, 0x0a00_0002].map { IPAddress(IPv4Address(rawValue: $0)) }
let stations = [0x0200_0000_0001, 0x0200_0000_0002].map { MACAddress(rawValue: $0) }

/// A UDP datagram of 18 bytes from the first station to the second, without a checksum.
let frame = MemoryFrame(
    [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]
        + [0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0x66, 0xbd, 10, 0, 0, 1, 10, 0, 0, 2]
        + [0x13, 0x88, 0x17, 0x70, 0, 26, 0, 0] + [UInt8](repeating: 7, count: 18))

/// Two open ports under a policy that allows everything.
func configuration() throws -> SwitchConfiguration {
    guard let vni = VNI(rawValue: 1) else { stop("no network") }
    var ports: [PortConfiguration] = []
    var endpoints: [PolicyEndpoint] = []
    for index in 0..<2 {
        let number = PortNumber(rawValue: UInt16(index + 1))
        var port = PortConfiguration(
            number: number, network: 0, isUplink: false,
            binding: PortBinding(mac: stations[index], addresses: [addresses[index]]))
        port.isOpen = true
        ports.append(port)
        var endpoint = PolicyEndpoint(vm: "vm\(index)", network: vni, mac: stations[index])
        endpoint.addresses = [addresses[index]]
        endpoint.port = number
        endpoints.append(endpoint)
    }
    let text = "policy: trace\nfor: any\nrules:\n  - allow any -> any on udp/6000\n"
    let file = try PolicyParser.parse(PolicySource(path: "trace.yaml", text: text))
    return SwitchConfiguration(
        generation: 1, networks: [NetworkConfiguration(vni: vni, mtu: 1_500)], ports: ports,
        policy: try PolicyCompiler.compile(
            [file], PolicyUniverse(endpoints: endpoints), today: PolicyDay(number: 0)))
}

/// Sends `total` frames in batches of 64, and holds that each arrives.
func run(_ total: Int) throws {
    let settings = SwitchSettings()
    guard let link = WorkerLink(), let poller = Poller(bell: link.bell) else {
        stop("no descriptor")
    }
    var worker = try Worker(settings, link, poller)
    for (index, wire) in wires.enumerated() {
        let slot = UnsafeMutablePointer<PortSlot>.allocate(capacity: 1)
        unsafe slot.initialize(
            to: try PortSlot(
                .memory(MemoryPort(wire)), flowCapacity: 64, secret: settings.secret))
        let number = PortNumber(rawValue: UInt16(index + 1))
        guard link.commands.push(unsafe .attach(slot, number)) else { stop("no room") }
    }
    link.snapshot.publish(Snapshot(try configuration(), captures: [], sequence: 1))
    var arrived = 0
    for turn in 0..<(total / 64 + 1) {
        for _ in 0..<(turn == 0 ? 1 : 64) { wires[0].send(frame) }
        worker.poller.wait(milliseconds: 0)
        let now = UInt64(turn + 1) * 1_000_000
        worker.breathe(at: Worker.Instant(monotonic: now, realtime: now))
        arrived += wires[1].receiveAll().count
        if turn == 0 { arrived = 0 }
    }
    guard arrived == total / 64 * 64 else { stop("\(arrived) of \(total) frames arrived") }
}

guard CommandLine.arguments.count == 2, let total = Int(CommandLine.arguments[1]) else {
    stop("usage: ForwardingTrace FRAMES")
}
try run(total)
