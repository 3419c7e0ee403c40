import DataPath
import Overlay
import Packet
import Ports
import Telemetry
import Testing

/// Frames to other hosts, as the host at the other end sees them on the wire.
@Suite(.serialized) struct ToUnderlayTests {
    /// The largest frame over an underlay of 1,500 bytes: an MTU of 1,390 for guests.
    private static let frameByteCountMax = 1_404

    private func connected() async throws -> RawHostRig {
        let rig = try RawHostRig()
        try await rig.connect()
        return rig
    }

    /// Opens a TCP connection from station 1, port 80, to station 2, port 81.
    private func openTCP(_ rig: RawHostRig) async throws {
        rig.wires[1]?.send(FrameBuilder(1, 2).tcp(80, 81, .syn))
        #expect(try await rig.nextFrame() != nil)
        rig.send(FrameBuilder(2, 1).tcp(81, 80, [.syn, .ack]))
        #expect(try await rig.arrival(1) != nil)
    }

    @Test("a frame leaves in its network's header with its sender's group, padded to 16 bytes")
    func encapsulates() async throws {
        let rig = try await connected()
        let frame = FrameBuilder(1, 2).udp(1, 2, [UInt8](repeating: 9, count: 33))
        rig.wires[1]?.send(frame)
        #expect(try await rig.host.pump { !rig.host.plaintexts.isEmpty })
        let plaintext = try #require(rig.host.plaintexts.first)
        #expect(plaintext.count % 16 == 0)
        #expect(rig.host.datagrams.contains { $0.count == plaintext.count + 32 })
        #expect(Array(plaintext[12..<20]) == [10, 98, 0, 1, 10, 98, 0, 2])
        #expect(Array(plaintext[22..<24]) == word(4_789))
        #expect(Array(plaintext[28..<36]) == [0x88, 0, 0, 7, 0, 0, 42, 0])
        #expect(RawHostRig.frame(in: plaintext) == frame.bytes)
    }

    @Test("a host that takes no groups is sent none")
    func omitsGroup() async throws {
        let rig = try await connected()
        rig.configuration.overlay?.peers[0].takesGroups = false
        rig.publish()
        rig.wires[1]?.send(FrameBuilder(1, 2).udp(1, 2))
        #expect(try await rig.host.pump { !rig.host.plaintexts.isEmpty })
        #expect(Array(rig.host.plaintexts[0][28..<36]) == [0x08, 0, 0, 0, 0, 0, 42, 0])
    }

    @Test("segments of a super-frame have exactly the path's size, and their sums are right")
    func segments() async throws {
        let rig = try await connected()
        try await openTCP(rig)
        rig.host.forgetDatagrams()
        let segmentByteCount = Self.frameByteCountMax - 54
        var frame = FrameBuilder(1, 2).superFrame(
            80, 81, byteCount: 20_000, gsoSize: UInt16(segmentByteCount))
        frame.setDontFragment()
        rig.wires[1]?.send(frame)
        let count = (20_000 + segmentByteCount - 1) / segmentByteCount
        #expect(try await rig.host.pump { rig.host.plaintexts.count == count })
        let segments = rig.host.plaintexts.map(RawHostRig.frame)
        #expect(segments.dropLast().allSatisfy { $0.count == Self.frameByteCountMax })
        #expect(rig.host.datagrams.dropLast().allSatisfy { $0.count == 1_472 })
        #expect(segments.allSatisfy(isSoundTransport))
        #expect(segments.flatMap { $0.dropFirst(54) } == Array(frame.bytes.dropFirst(54)))
        #expect(await rig.datapath.counts().isBalanced)
    }

    @Test("a super-frame whose segments are a byte too large is refused, and its sender told")
    func refusesLargeSegments() async throws {
        let rig = try await connected()
        try await openTCP(rig)
        var frame = FrameBuilder(1, 2).superFrame(
            80, 81, byteCount: 20_000, gsoSize: UInt16(Self.frameByteCountMax - 54 + 1))
        frame.setDontFragment()
        rig.wires[1]?.send(frame)
        let reply = try #require(try await rig.arrival(1))
        #expect(Array(reply.bytes[34..<36]) == [3, 4])
        #expect(Array(reply.bytes[40..<42]) == word(1_390))
        #expect(await rig.drops(at: PortNumber(rawValue: 1)) == [.mtuExceeded: 1])
        #expect(rig.host.plaintexts.isEmpty)
    }

    @Test("an IPv6 packet of the guest MTU crosses; one byte more is refused, and its sender told")
    func tellsSizeIPv6() async throws {
        let rig = try await connected()
        for byteCount in [1_389, 1_390] {
            let payload = [UInt8](repeating: 3, count: byteCount - 48)
            let frame = IPv6FrameBuilder(1, 2).udp(1, 2, payload)
            rig.wires[1]?.send(frame)
            #expect(try await rig.nextFrame() == frame.bytes)
        }
        rig.wires[1]?.send(
            IPv6FrameBuilder(1, 2).udp(1, 2, [UInt8](repeating: 3, count: 1_391 - 48)))
        let reply = try #require(try await rig.arrival(1))
        #expect(reply.bytes[54] == 2 && Array(reply.bytes[58..<62]) == [0, 0] + word(1_390))
        #expect(isSoundTransport(reply.bytes))
        #expect(await rig.drops(at: PortNumber(rawValue: 1)) == [.mtuExceeded: 1])
        #expect(await rig.datapath.counts().isBalanced)
    }

    @Test("an IPv4 packet of the guest MTU crosses whole; one byte more becomes fragments")
    func fragments() async throws {
        let rig = try await connected()
        for byteCount in [1_389, 1_390] {
            let payload = [UInt8](repeating: 3, count: byteCount - 28)
            let frame = FrameBuilder(1, 2).udp(1, 2, payload)
            rig.wires[1]?.send(frame)
            #expect(try await rig.nextFrame() == frame.bytes)
        }
        for (byteCount, count) in [(1_391, 2), (1_500, 2)] {
            let payload = (0..<(byteCount - 28)).map { UInt8(truncatingIfNeeded: $0 &* 5) }
            let frame = FrameBuilder(1, 2).udp(1, 2, payload)
            rig.wires[1]?.send(frame)
            #expect(try await rig.host.pump { rig.host.plaintexts.count == count })
            let pieces = rig.host.plaintexts.map(RawHostRig.frame)
            #expect(pieces.allSatisfy { $0.count <= Self.frameByteCountMax })
            #expect(reassembled(pieces) == Array(frame.bytes.dropFirst(34)))
            rig.host.plaintexts = []
        }
        #expect(await rig.datapath.counts().isBalanced)
    }

    @Test("a TCP super-frame that may be fragmented and is too large arrives whole")
    func fragmentsSuperFrames() async throws {
        let rig = try await connected()
        try await openTCP(rig)
        let frame = FrameBuilder(1, 2).superFrame(80, 81, byteCount: 6_000, gsoSize: 1_460)
        rig.wires[1]?.send(frame)
        #expect(try await rig.host.pump { rig.host.plaintexts.count >= 5 })
        let whole = reassembled(rig.host.plaintexts.map(RawHostRig.frame))
        #expect(whole.dropFirst(20) == frame.bytes.dropFirst(54))
    }

    @Test("datagrams of a UDP super-frame that are too large for the path are cut one by one")
    func keepsDatagramsApart() async throws {
        let rig = try await connected()
        var virtio = VirtioNetHeader()
        virtio.flags = VirtioNetHeader.needsChecksum
        virtio.gsoType = VirtioNetHeader.gsoUDPL4
        (virtio.gsoSize, virtio.checksumStart, virtio.checksumOffset) = (1_450, 34, 6)
        var frame = FrameBuilder(1, 2).udp(1, 2, [UInt8](repeating: 5, count: 4_000))
        frame.virtio = virtio
        rig.wires[1]?.send(frame)
        #expect(try await rig.host.pump { rig.host.plaintexts.count == 5 })
        let pieces = rig.host.plaintexts.map(RawHostRig.frame)
        let datagrams = [reassembled(Array(pieces[0..<2])), reassembled(Array(pieces[2..<4]))]
        #expect(datagrams.allSatisfy { $0.count == 1_458 } && pieces[4].count == 34 + 8 + 1_100)
        #expect(Set(pieces.map { Array($0[18..<20]) }).count == 3)
        for datagram in datagrams + [Array(pieces[4][34...])] {
            let addresses: [UInt8] = [10, 0, 0, 1, 10, 0, 0, 2, 0, 17]
            let length = word(UInt16(datagram.count))
            #expect(Array(datagram[..<6]) == word(1) + word(2) + length)
            #expect(internetChecksum(addresses + length + datagram) == 0)
        }
        #expect(await rig.datapath.counts().isBalanced)
    }

    @Test("the segment size that a SYN announces is lowered to the path's, in both directions")
    func clampsSegmentSize() async throws {
        let rig = try await connected()
        for (announced, limit) in [(1_460, 1_350), (1_351, 1_350), (1_350, 1_350), (536, 536)] {
            let port = UInt16(announced)
            rig.wires[1]?.send(FrameBuilder(1, 2).syn(port, 81, mss: UInt16(announced)))
            let out = try #require(try await rig.nextFrame())
            #expect(Array(out[56..<58]) == word(UInt16(limit)) && isSoundTransport(out))
            rig.send(FrameBuilder(2, 1).syn(port, 81, mss: UInt16(announced)))
            let back = try #require(try await rig.arrival(1)?.bytes)
            #expect(Array(back[56..<58]) == word(UInt16(limit)) && isSoundTransport(back))
        }
        for (announced, limit) in [(1_440, 1_330), (1_330, 1_330), (1_220, 1_220)] {
            let port = UInt16(announced)
            rig.wires[1]?.send(IPv6FrameBuilder(1, 2).syn(port, 81, mss: UInt16(announced)))
            let out = try #require(try await rig.nextFrame())
            #expect(Array(out[76..<78]) == word(UInt16(limit)) && isSoundTransport(out))
            rig.send(IPv6FrameBuilder(2, 1).syn(port, 81, mss: UInt16(announced)))
            let back = try #require(try await rig.arrival(1)?.bytes)
            #expect(Array(back[76..<78]) == word(UInt16(limit)) && isSoundTransport(back))
        }
    }

    /// A broadcast of station 1.
    private var broadcast: MemoryFrame {
        var builder = FrameBuilder(1, 2)
        builder.destination.mac = .broadcast
        builder.destination.ip = .broadcastIPv4
        return builder.udp(1, 2)
    }

    @Test("a broadcast crosses once to each host with VMs of the network, and to no other")
    func replicatesOnce() async throws {
        let rig = try await connected()
        rig.wires[1]?.send(broadcast)
        rig.wires[5]?.send(broadcast)
        rig.wires[1]?.send(FrameBuilder(1, 2).udp(1, 2))
        #expect(try await rig.host.pump { rig.host.plaintexts.count >= 2 })
        let frames = rig.host.plaintexts.map(RawHostRig.frame)
        #expect(frames == [broadcast.bytes, FrameBuilder(1, 2).udp(1, 2).bytes])
        #expect(try await rig.arrival(4)?.bytes == broadcast.bytes)
        #expect(await rig.datapath.counts().ports[.overlay]?.transmittedCopies == 1)
        #expect(await rig.datapath.counts().isBalanced)
    }

    @Test("a storm of broadcasts crosses at a bounded rate; what is above it is counted")
    func limitsBroadcasts() async throws {
        let rig = try await connected()
        rig.configuration.ports[1].isOpen = false
        rig.publish()
        let count = 3_000
        for _ in 0..<count { rig.wires[1]?.send(broadcast) }
        try await rig.settle {
            await rig.datapath.counts().ports[PortNumber(rawValue: 1)]?.receivedFrames
                == UInt64(count)
        }
        let counts = await rig.datapath.counts()
        let copies = Int(counts.ports[.overlay]?.transmittedCopies ?? 0)
        #expect(try await rig.host.pump { rig.host.plaintexts.count >= copies })
        #expect(copies >= 200 && copies < count && rig.host.plaintexts.count == copies)
        let drops = RawHostRig.drops(try #require(counts.ports[PortNumber(rawValue: 1)]))
        #expect(drops == [.rateLimited: UInt64(count - copies)] && counts.isBalanced)
    }

    /// Whether the transport checksum of an IP packet in an Ethernet frame is right.
    private func isSoundTransport(_ frame: [UInt8]) -> Bool {
        let isIPv6 = frame[12] == 0x86
        let (addresses, next, start) =
            isIPv6
            ? (frame[22..<54], frame[20], 54) : (frame[26..<34], frame[23], 34)
        let length = word(UInt16(frame.count - start))
        return internetChecksum(Array(addresses) + [0, next] + length + frame[start...]) == 0
    }

    /// The payload that IPv4 fragments are pieces of, each of which must have a right header.
    private func reassembled(_ pieces: [[UInt8]]) -> [UInt8] {
        var payload: [UInt8] = []
        for (index, piece) in pieces.enumerated() {
            let field = Int(piece[20]) << 8 | Int(piece[21])
            #expect(internetChecksum(piece[14..<34]) == 0)
            #expect((field & 0x1fff) * 8 == payload.count)
            #expect((field & 0x2000 != 0) == (index < pieces.count - 1))
            payload += piece.dropFirst(34)
        }
        return payload
    }
}

extension FrameBuilder {
    /// A TCP SYN that announces the segment size `mss`.
    fileprivate func syn(_ from: UInt16, _ to: UInt16, mss: UInt16) -> MemoryFrame {
        let numbers: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 0]
        let rest: [UInt8] = [0x60, 2, 0x20, 0, 0, 0, 0, 0, 2, 4]
        var segment = word(from) + word(to) + numbers + rest + word(mss)
        let pseudo = octets(source.ip) + octets(destination.ip) + [0, 6, 0, 24]
        segment.replaceSubrange(16..<18, with: word(internetChecksum(pseudo + segment)))
        return MemoryFrame(ipv4(6, segment))
    }
}
