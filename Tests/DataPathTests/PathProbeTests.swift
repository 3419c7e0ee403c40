import DataPath
import Overlay
import Packet
import Testing

@Suite struct PathProbeTests {
    private static let ipv4 = (OverlayRig.overlayAddress(0), OverlayRig.overlayAddress(1))
    private static let ipv6 = (
        IPAddress(high: 0xfd98 << 48, low: 1), IPAddress(high: 0xfd98 << 48, low: 0x8000_0002)
    )

    /// A request of `byteCount` bytes, written over what was in its memory before.
    private func request(
        _ byteCount: Int, _ hosts: (source: IPAddress, destination: IPAddress)
    ) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xa5, count: byteCount)
        var span = bytes.mutableSpan
        var raw = span.mutableBytes
        PathProbe.write(
            into: &raw, byteCount: byteCount, from: hosts.source, to: hosts.destination)
        return bytes
    }

    private func reply(to request: [UInt8]) -> [UInt8] {
        var bytes = request
        var span = bytes.mutableSpan
        var raw = span.mutableBytes
        PathProbe.turnIntoReply(&raw)
        return bytes
    }

    private func probe(_ bytes: [UInt8]) -> PathProbe? { PathProbe(bytes.span.bytes) }

    /// Whether both checksums of an ICMP packet between hosts are right (RFC 1071 §1: the sum with
    /// the checksum in it is all ones).
    private func isSound(_ bytes: [UInt8]) -> Bool {
        guard bytes[0] >> 4 == 6 else {
            return internetChecksum(bytes[..<20]) == 0 && internetChecksum(bytes[20...]) == 0
        }
        let length = word(UInt16(bytes.count - 40))
        let pseudo = Array(bytes[8..<40]) + [0, 0] + length + [0, 0, 0, 58]
        return internetChecksum(pseudo + bytes[40...]) == 0
    }

    @Test("a request over IPv4 is a sound echo of its size that must not be fragmented")
    func writesIPv4() {
        for byteCount in [48, 49, 64, 1_215, 1_440, 65_472] {
            let bytes = request(byteCount, Self.ipv4)
            #expect(probe(bytes) == .request && isSound(bytes))
            #expect(Array(bytes[2..<4]) == word(UInt16(byteCount)))
            #expect(Array(bytes[6..<10]) == [0x40, 0, 64, 1])
            #expect(Array(bytes[12..<20]) == [10, 98, 0, 1, 10, 98, 0, 2])
            #expect(Array(bytes[20..<22]) == [8, 0])
            #expect(bytes[26...].allSatisfy { $0 == 0 })
            #expect(DecapsulatedPacket(bytes.span.bytes).kind == .host)
        }
    }

    @Test("a request over IPv6 is a sound echo of its size")
    func writesIPv6() {
        for byteCount in [48, 49, 64, 1_215, 1_408, 65_472] {
            let bytes = request(byteCount, Self.ipv6)
            #expect(probe(bytes) == .request && isSound(bytes))
            #expect(Array(bytes[4..<8]) == word(UInt16(byteCount - 40)) + [58, 64])
            let addresses = [Self.ipv6.0, Self.ipv6.1].flatMap(IPv6FrameBuilder.octets16)
            #expect(Array(bytes[8..<40]) == addresses)
            #expect(Array(bytes[40..<42]) == [128, 0])
            #expect(DecapsulatedPacket(bytes.span.bytes).kind == .host)
        }
    }

    @Test("the answer to a request is a sound reply from its receiver, of the same size")
    func answers() {
        for hosts in [Self.ipv4, Self.ipv6] {
            for byteCount in 48...200 {
                let answer = reply(to: request(byteCount, hosts))
                #expect(probe(answer) == .reply && isSound(answer))
                #expect(answer.count == byteCount)
                let packet = DecapsulatedPacket(answer.span.bytes)
                #expect(packet.source == hosts.1 && packet.destination == hosts.0)
            }
        }
    }

    @Test("an echo with another identifier or type is somebody's ping, and no probe")
    func leavesPings() {
        for (hosts, header, reply) in [(Self.ipv4, 20, 0), (Self.ipv6, 40, 129)] {
            let sound = request(64, hosts)
            for offset in [0, 1, 4, 5] {
                for bit in 0..<8 {
                    var ping = sound
                    ping[header + offset] ^= 1 << UInt8(bit)
                    let isReply = offset == 0 && Int(ping[header]) == reply
                    #expect(probe(ping) == (isReply ? .reply : nil), "byte \(offset), bit \(bit)")
                }
            }
        }
    }

    @Test("a packet with options, of another protocol, or below the least size is no probe")
    func leavesOthers() {
        var options = request(64, Self.ipv4)
        options[0] = 0x46
        var datagram = request(64, Self.ipv4)
        datagram[9] = 17
        var hopByHop = request(64, Self.ipv6)
        hopByHop[6] = 0
        for bytes in [options, datagram, hopByHop] { #expect(probe(bytes) == nil) }
        for byteCount in 0..<48 {
            #expect(probe(Array(request(48, Self.ipv4).prefix(byteCount))) == nil)
            #expect(probe(Array(request(48, Self.ipv6).prefix(byteCount))) == nil)
        }
    }

    @Test("no bytes trap, and what becomes a reply changes nothing but addresses, type and sum")
    func survivesHostileBytes() {
        var generator = SeededGenerator(seed: .random(in: 0...(.max)))
        var requestCount = 0
        for round in 0..<20_000 {
            let byteCount = round % 201
            var bytes = (0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let front = request(max(byteCount, 48), round % 2 == 0 ? Self.ipv4 : Self.ipv6)
            for index in bytes.indices.prefix(48) {
                let isDamaged = UInt8.random(in: 0...15, using: &generator) == 0
                if !isDamaged { bytes[index] = front[index] }
            }
            guard probe(bytes) == .request else { continue }
            requestCount += 1
            let answer = reply(to: bytes)
            let (header, addresses) = bytes[0] >> 4 == 6 ? (40, 8..<40) : (20, 12..<20)
            let changing = Set(addresses).union(header..<(header + 4))
            for index in bytes.indices where !changing.contains(index) {
                #expect(answer[index] == bytes[index], "seed \(generator.seed)")
            }
            #expect(probe(answer) == .reply, "seed \(generator.seed)")
        }
        #expect(requestCount > 1_000, "seed \(generator.seed)")
    }
}
