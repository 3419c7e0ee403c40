import Overlay
import Packet
import Testing

@Suite struct EncapsulationTests {
    private static let vxlan = VXLANHeader(VNI(rawValue: 42)!, group: 0x1234)
    private static let four = Encapsulation(
        from: IPAddress("10.98.0.1")!, to: IPAddress("10.98.0.2")!)!
    private static let six = Encapsulation(from: IPAddress("fd98::1")!, to: IPAddress("fd98::2")!)!

    @Test("the headers are those of the naive way", arguments: [14, 60, 61, 1_404, 9_000], [0, 1])
    func agreesWithNaive(frameByteCount: Int, hash: UInt32) {
        let frame = (0..<frameByteCount).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var inner = InnerPacket(frame: frame)
        // The builder's source port is 50,000, the hash 848.
        let written = write(frame, Self.four, 848 | hash << 14)
        #expect(written == inner.octets)
        inner.isIPv6 = true
        var naive = inner.octets
        naive.replaceSubrange(0..<4, with: [0x60, 0, hash == 0 ? 3 : 0x43, 0x51])
        let pseudo = Array(naive[8..<40]) + InnerPacket.big(UInt16(naive.count - 40)) + [0, 17]
        naive.replaceSubrange(
            46..<48, with: InnerPacket.big(~InnerPacket.sum(pseudo + naive[40...])))
        #expect(write(frame, Self.six, 848 | hash << 14) == naive)
    }

    @Test("header checksums are right for all addresses, sizes and classes", arguments: [1, 2])
    func sumsRight(seed: UInt32) throws {
        var state = seed
        for round in 0..<2_000 {
            state = state &* 1_664_525 &+ 1_013_904_223
            let source = IPAddress(IPv4Address(rawValue: state | 0xf))
            let target = IPAddress(IPv4Address(rawValue: ~state))
            let encapsulation = try #require(Encapsulation(from: source, to: target))
            let frame = [UInt8](repeating: 1, count: 14 + Int(state >> 20))
            let octets = write(frame, encapsulation, state, UInt8(state >> 24))
            #expect(InnerPacket.sum(Array(octets[..<20])) == 0xffff, "seed \(seed), \(round)")
            #expect(octets[1] == UInt8(state >> 24) && octets[26...27] == [0, 0])
        }
    }

    @Test("what was written is read again", arguments: [four, six])
    func isReadAgain(_ encapsulation: Encapsulation) {
        let frame = [UInt8](1...99)
        let octets = write(frame, encapsulation, 0xffff_ffff, 0x2e << 2 | 1)
        let packet = DecapsulatedPacket(octets)
        #expect(packet.kind == .vxlan && packet.vxlan == Self.vxlan)
        #expect(packet.source == encapsulation.source)
        #expect(packet.destination == encapsulation.destination)
        #expect(packet.frameOffset == encapsulation.headerByteCount)
        #expect(packet.frameByteCount == 99)
        let transport = encapsulation.headerByteCount - 16
        #expect(octets[transport...transport + 1] == [0xff, 0xff])
    }

    @Test(
        "headers are alike unless a byte before the frame differs, the UDP checksum aside",
        arguments: [four, six])
    func comparesHeaders(_ encapsulation: Encapsulation) throws {
        let octets = write([UInt8](0..<60), encapsulation, 7)
        let count = encapsulation.headerByteCount
        let headers = try #require(
            EncapsulationHeaders(octets, byteCount: octets.count, frameOffset: count))
        for index in 0..<count + 2 {
            for bit in 0..<8 {
                var other = octets
                other[index] ^= 1 << bit
                let isOfChecksum = (count - 10..<count - 8).contains(index)
                #expect(
                    headers.begin(other, byteCount: other.count)
                        == (isOfChecksum || index >= count))
            }
        }
        #expect(!headers.begin(octets + [0], byteCount: octets.count + 1))
        #expect(EncapsulationHeaders(octets, byteCount: 63, frameOffset: count) == nil)
    }

    @Test("source ports stay within 49152 … 65535, and tell hashes apart")
    func choosesPort() {
        var ports: Set<Int> = []
        for hash in stride(from: UInt32(0), to: 1 << 15, by: 3) {
            let octets = write([UInt8](0..<14), Self.four, hash)
            ports.insert(Int(octets[20]) << 8 | Int(octets[21]))
        }
        #expect(ports.min() == 49_152 && ports.max() == 65_535)
        #expect(ports.count == (1 << 15) / 3 + 1)
    }

    @Test("addresses of two families make no tunnel")
    func refusesMixed() {
        #expect(Encapsulation(from: IPAddress("10.0.0.1")!, to: IPAddress("fd98::1")!) == nil)
        #expect(Encapsulation(from: IPAddress("fd98::1")!, to: IPAddress("10.0.0.1")!) == nil)
    }

    @Test("padding is zeros up to the next multiple of 16, and not one more")
    func pads() {
        #expect(
            [0, 1, 15, 16, 17, 1_440].map(Encapsulation.paddedByteCount) == [
                0, 16, 16, 16, 32, 1_440,
            ])
        var bytes = [UInt8](repeating: 7, count: 40)
        bytes.withUnsafeMutableBytes { Encapsulation.pad($0.baseAddress!, 19, to: 32) }
        let ending = [UInt8](repeating: 7, count: 8)
        #expect(
            bytes == [UInt8](repeating: 7, count: 19) + [UInt8](repeating: 0, count: 13) + ending)
        bytes.withUnsafeMutableBytes { Encapsulation.pad($0.baseAddress!, 40, to: 16) }
        #expect(bytes.suffix(8) == ending[...])
    }

    /// The plaintext of `frame`, from a slot whose other bytes must stay.
    private func write(
        _ frame: [UInt8], _ encapsulation: Encapsulation, _ hash: UInt32, _ trafficClass: UInt8 = 0
    ) -> [UInt8] {
        let front = Frame.headroomByteCount + VirtioNetHeader.byteCount
        var slot = [UInt8](repeating: 0xa5, count: front) + frame + [0xa5, 0xa5]
        let headers = encapsulation.headerByteCount
        slot.withUnsafeMutableBytes { bytes in
            encapsulation.write(
                before: Frame(base: bytes.baseAddress! + front, byteCount: frame.count),
                Self.vxlan, flowHash: hash, trafficClass: trafficClass)
        }
        #expect(slot[..<(front - headers)].allSatisfy { $0 == 0xa5 })
        #expect(slot[front...] == (frame + [0xa5, 0xa5])[...])
        return Array(slot[(front - headers)..<(front + frame.count)])
    }
}
