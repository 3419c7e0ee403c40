import CLinux
import Foundation
import Packet
import Ports
import Telemetry
import Testing

/// The host's own stack behind its port: what it sends is sound Ethernet, what it gets it takes.
struct HostPortTests {
    private let host: HostRig

    init() throws { host = try HostRig() }

    /// A flow from the station 2 to the host.
    private func flow(isIPv6: Bool) -> TestFrame.Flow {
        var flow = isIPv6 ? TestFrame.Flow.v6 : TestFrame.Flow.v4
        let front: [UInt8] = [0xfd, 0x98] + [UInt8](repeating: 0, count: 13)
        flow.source = isIPv6 ? front + [2] : [10, 98, 0, 2]
        flow.destination = isIPv6 ? front + [1] : [10, 98, 0, 1]
        (flow.to, flow.from) = (TestFrame.octets(host.own), [2, 0, 0, 0, 0, 1])
        return flow
    }

    /// Whether the switch takes the frame, and it is one of the host's to the switch.
    private func isSound(_ frame: Endpoint.Received) -> Bool {
        let parsed = ParsedFrame(frame.bytes.span.bytes, virtio: frame.virtio)
        return frame.fault == nil && parsed.fault == .none && parsed.sourceMAC == host.own
            && parsed.destinationMAC == HostFraming.switchMAC
    }

    @Test("the host answers a ping", arguments: [false, true])
    func answersPings(isIPv6: Bool) throws {
        let flow = flow(isIPv6: isIPv6)
        #expect(host.port.send(TestFrame.ping(flow)) == .sent)
        let answer = try #require(
            host.port.receive(1) { $0.bytes.suffix(8) == "vswitch!".utf8.map { $0 } }.first)
        #expect(isSound(answer))
        #expect(answer.bytes[flow.transportOffset] == (isIPv6 ? 129 : 0))
        #expect(Array(answer.bytes[..<12]) == flow.from + flow.to)
    }

    @Test("a datagram passes both ways", arguments: [false, true])
    func carriesDatagrams(isIPv6: Bool) throws {
        let socket = try host.socket(SOCK_DGRAM, isIPv6: isIPv6)
        #expect(socket.connect(to: 2, port: 0x1001))
        #expect(socket.send(Array("from the host".utf8)) == 13)
        let sent = try #require(host.port.receive(1) { isUDP($0) }.first)
        #expect(isSound(sent) && sent.bytes.suffix(13) == Array("from the host".utf8))
        var frame = TestFrame.udp(flow(isIPv6: isIPv6), byteCount: 100, isPartial: true)
        let offset = isIPv6 ? 54 : 34
        frame.replaceSubrange(offset + 2..<offset + 4, with: TestFrame.octets(Int(socket.port)))
        var virtio = VirtioNetHeader()
        virtio.flags = VirtioNetHeader.needsChecksum
        (virtio.checksumStart, virtio.checksumOffset) = (UInt16(offset), 6)
        // The checksum of the changed port: the pseudo-header has none, so that it stays right.
        #expect(host.port.send(frame, virtio) == .sent)
        #expect(socket.receive() == Array(frame[(offset + 8)...]))
    }

    @Test("a UDP super-frame passes whole both ways", arguments: [false, true])
    func carriesDatagramTrains(isIPv6: Bool) throws {
        let socket = try host.socket(SOCK_DGRAM, isIPv6: isIPv6)
        #expect(socket.connect(to: 2, port: 0x1001))
        #expect(socket.set(CInt(IPPROTO_UDP), 103, 1_000), "UDP_SEGMENT")
        #expect(socket.send([UInt8](repeating: 7, count: 10_000)) == 10_000)
        let sent = try #require(host.port.receive(1) { isUDP($0) }.first)
        #expect(isSound(sent) && sent.bytes.count > 10_000)
        #expect(sent.virtio.gsoType == VirtioNetHeader.gsoUDPL4 && sent.virtio.gsoSize == 1_000)
        let flow = flow(isIPv6: isIPv6)
        var frame = TestFrame.udp(flow, byteCount: 10_000, isPartial: true)
        let offset = flow.transportOffset
        frame.replaceSubrange(offset + 2..<offset + 4, with: TestFrame.octets(Int(socket.port)))
        #expect(host.port.send(frame, TestFrame.uso(flow, segmentByteCount: 1_000)) == .sent)
        for index in 0..<10 {
            let start = offset + 8 + index * 1_000
            #expect(socket.receive() == Array(frame[start..<start + 1_000]), "segment \(index)")
        }
    }

    private func isUDP(_ frame: Endpoint.Received) -> Bool {
        ParsedFrame(frame.bytes.span.bytes, virtio: frame.virtio).kind == .udp
    }
}

extension HostPortTests {
    @Test("what the host does not take is refused, and the next frame passes")
    func refusesFrames() {
        let flow = flow(isIPv6: false)
        var other = flow
        other.to = [2, 0, 0, 0, 0, 9]
        #expect(host.port.send(TestFrame.ping(other)) == .refused)
        let request = TestFrame.arpRequest(flow.from, flow.source, flow.destination)
        #expect(host.port.send(flow.to + request[6...]) == .refused)
        #expect(host.port.send(Array(TestFrame.ping(flow)[..<14])) == .refused)
        for flags in [VirtioNetHeader.needsChecksum, 0] {
            var virtio = VirtioNetHeader()
            (virtio.flags, virtio.checksumStart, virtio.checksumOffset) = (flags, 9_999, 6)
            virtio.gsoType = flags == 0 ? 99 : 0
            #expect(host.port.send(TestFrame.ping(flow), virtio) == .refused)
        }
        #expect(host.port.send(TestFrame.ping(flow)) == .sent)
        #expect(host.port.receive(1) { isSound($0) }.count == 1)
    }

    @Test("transmitting leaves the frame as it was, for whoever gets it next")
    func leavesFrames() throws {
        let device = try HostRig.device(7, MACAddress(rawValue: 0x0200_0000_0077))
        let name = try host.rig.makeNamespace()
        let port = try NetworkRig.inside(name) { () throws(PortError) in try device.open() }
        let arena = FrameArena()
        var frame = arena.frame(at: 0)
        let bytes =
            TestFrame.ethernet([2, 0, 0, 0, 0, 0x77], [2, 0, 0, 0, 0, 1], 0x0800)
            + TestFrame.udp(.v4, byteCount: 50, isPartial: true)[14...]
        frame.byteCount = bytes.count
        bytes.withUnsafeBytes { frame.base.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        var virtio = VirtioNetHeader()
        (virtio.flags, virtio.checksumStart, virtio.checksumOffset) = (1, 34, 6)
        frame.virtio = virtio
        #expect(port.transmit(frame) == .sent)
        #expect([UInt8](UnsafeRawBufferPointer(start: frame.base, count: bytes.count)) == bytes)
        #expect(frame.virtio == virtio)
    }

    @Test("what is no IP packet is a fault, and the next one is sound")
    func reportsFaults() throws {
        let wire = try Endpoint("vsw-host0", in: host.name)
        let packet = Array(TestFrame.udp(.v4, byteCount: 10)[14...])
        for first in [0x00, 0x15, 0x55, 0xf0] as [UInt8] {
            #expect(wire.send([first] + packet[1...]) == .sent)
            #expect(host.port.receive(1).map(\.fault) == [.etherType])
        }
        #expect(wire.send(packet) == .sent)
        let received = host.port.receive(1)
        #expect(received.map(\.fault) == [nil])
        #expect(received.map { Array($0.bytes[14...]) } == [packet])
    }

    @Test("one call takes 64 packets, the next the rest, in order")
    func takesBatches() throws {
        let socket = try host.socket(SOCK_DGRAM, isIPv6: false)
        #expect(socket.connect(to: 2, port: 9))
        for index in 0..<70 { #expect(socket.send([UInt8(index)]) == 1) }
        let received = host.port.receive(70) { isUDP($0) }
        #expect(received.map { $0.bytes[42] } == (0..<70).map { UInt8($0) })
        #expect(host.port.batchCounts.filter { $0 > 0 } == [64, 6])
    }

    @Test("a deleted device is gone")
    func noticesDeletion() throws {
        try host.rig.ip(host.name, "link del vsw-host0")
        _ = host.port.receive(1, milliseconds: 2_000)
        #expect(host.port.isDeviceGone)
        #expect(host.port.send(TestFrame.ping(flow(isIPv6: false))) == .refused)
    }

    @Test(
        "TCP passes between two hosts as super-frames, whole and sound", arguments: [false, true])
    func carriesTCP(isIPv6: Bool) throws {
        let other = try HostRig(2, host.rig)
        let server = try other.socket(SOCK_STREAM, isIPv6: isIPv6, number: 2)
        let client = try host.socket(SOCK_STREAM, isIPv6: isIPv6)
        #expect(listen(server.descriptor, 1) == 0)
        let bytes = UnderlayRig.bytes(3_000_000)
        let port = server.port
        let received = Collected()
        let sending = Thread {
            if client.connect(to: 2, port: port) { _ = client.send(bytes) }
            shutdown(client.descriptor, CInt(SHUT_WR))
        }
        let receiving = Thread { received.collect(from: server) }
        receiving.start()
        sending.start()
        var longest = 0
        let end = Date(timeIntervalSinceNow: 10)
        while !received.isComplete, Date() < end {
            for (from, to) in [(host, other), (other, host)] {
                for frame in from.port.receive(1, milliseconds: 5) where frame.fault == nil {
                    let parsed = ParsedFrame(frame.bytes.span.bytes, virtio: frame.virtio)
                    #expect(parsed.fault == .none, "\(frame.virtio)")
                    longest = max(longest, frame.bytes.count)
                    let forwarded = TestFrame.octets(to.own) + frame.bytes[6...]
                    _ = to.port.send(forwarded, frame.virtio)
                }
            }
        }
        #expect(received.bytes == bytes)
        #expect(longest > 20_000, "super-frames")
    }
}
