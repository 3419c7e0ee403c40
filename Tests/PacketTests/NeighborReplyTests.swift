import Packet
import Testing

@Suite struct NeighborReplyTests {
    private static let bob4 = NeighborReply.Neighbor(
        IPAddress("10.0.0.2")!, at: MACAddress("52:54:00:00:00:02")!)
    private static let bob6 = NeighborReply.Neighbor(
        IPAddress("fd00::2")!, at: MACAddress("52:54:00:00:00:02")!)
    private static let solicited: [UInt8] =
        [0xff, 2] + [UInt8](repeating: 0, count: 9) + [1, 0xff, 0, 0, 2]
    private static let nobody = [UInt8](repeating: 0, count: 16)
    private static let broadcast = [UInt8](repeating: 0xff, count: 6)

    /// An ARP message from Alice.
    private func arp(
        _ operation: UInt16 = 1, sender: [UInt8] = [10, 0, 0, 1], target: [UInt8] = [10, 0, 0, 2],
        from mac: [UInt8] = Build.alice
    ) -> [UInt8] {
        let message =
            [0, 1, 8, 0, 6, 4] + Build.big(operation) + mac + sender + [0, 0, 0, 0, 0, 0] + target
        return Build.ethernet(0x0806, message, from: mac, to: Self.broadcast)
    }

    /// A solicitation for Bob's address.
    private func solicitation(
        from source: [UInt8] = Build.alice6, to destination: [UInt8] = solicited,
        target: [UInt8] = Build.bob6, mac: [UInt8] = Build.alice
    ) -> [UInt8] {
        let options = source == Self.nobody ? [] : [1, 1] + mac
        let packet = IPv6Builder(
            nextHeader: 58, hopLimit: 255, source: source, destination: destination,
            payload: [135, 0, 0, 0, 0, 0, 0, 0] + target + options
        ).packet
        return Build.ethernet(0x86dd, packet, from: mac, to: [0x33, 0x33, 0xff, 0, 0, 2])
    }

    @Test("a request is answered by the station's reply (RFC 826)")
    func answersARP() throws {
        let octets = try #require(reply(arp(), Self.bob4))
        let message: [UInt8] = [0, 1, 8, 0, 6, 4, 0, 2] + Build.bob + [10, 0, 0, 2] + Build.alice
        #expect(
            octets
                == Build.ethernet(
                    0x0806, message + [10, 0, 0, 1], from: Build.bob, to: Build.alice)
        )
    }

    @Test("a probe is answered: the address is taken (RFC 5227 §2.1.1)")
    func answersProbe() throws {
        let octets = try #require(reply(arp(sender: [0, 0, 0, 0]), Self.bob4))
        let parsed = parse(octets).arp(in: octets.span.bytes)
        #expect(parsed?.operation == ARPPacket.reply)
        #expect(parsed?.senderProtocol.description == "10.0.0.2")
        #expect(parsed?.targetProtocol.rawValue == 0 && Array(octets[..<6]) == Build.alice)
    }

    @Test("a solicitation is answered, solicited and overriding (RFC 4861 §7.2.4)")
    func answersSolicitation() throws {
        for isRouter in [false, true] {
            var bob = Self.bob6
            bob.isRouter = isRouter
            let octets = try #require(reply(solicitation(), bob))
            let payload =
                [136, 0, octets[56], octets[57], isRouter ? 0xe0 : 0x60, 0, 0, 0] + Build.bob6
                + [2, 1] + Build.bob
            let packet = IPv6Builder(
                nextHeader: 58, hopLimit: 255, source: Build.bob6, destination: Build.alice6,
                payload: payload
            ).packet
            #expect(octets == Build.ethernet(0x86dd, packet, from: Build.bob, to: Build.alice))
            #expect(hasValidTransportChecksum(octets, transport: 54, 58))
        }
    }

    @Test("duplicate address detection is answered to all nodes, unsolicited (RFC 4862 §5.4.4)")
    func answersDetection() throws {
        let octets = try #require(reply(solicitation(from: Self.nobody), Self.bob6))
        let parsed = parse(octets)
        let message = parsed.neighborDiscovery(in: octets.span.bytes)
        #expect(message?.isSolicited == false && message?.target == Self.bob6.address)
        #expect(message?.targetLinkLayer == Self.bob6.mac && octets[58] == 0x20)
        #expect(parsed.fiveTuple.destination == IPAddress("ff02::1"))
        #expect(parsed.destinationMAC == MACAddress("33:33:00:00:00:01"))
        #expect(parsed.sourceMAC == Self.bob6.mac)
        #expect(hasValidTransportChecksum(octets, transport: 54, 58))
    }

    @Test("the address asked for is told before the answer is known")
    func tellsTarget() {
        #expect(target(arp()) == Self.bob4.address)
        #expect(target(solicitation()) == Self.bob6.address)
        #expect(target(solicitation(from: Self.nobody)) == Self.bob6.address)
        #expect(target(arp(sender: [0, 0, 0, 0])) == Self.bob4.address)
    }

    @Test("announcements, replies and advertisements ask nothing")
    func ignoresOthers() {
        #expect(target(arp(target: [10, 0, 0, 1])) == nil)
        #expect(target(arp(2)) == nil && target(arp(2, target: [10, 0, 0, 1])) == nil)
        #expect(target(solicitation(from: Build.bob6)) == nil)
        for sample in SampleFrame.all
        where !["arp", "solicitation"].contains(sample.description) {
            #expect(target(sample.octets) == nil, "\(sample)")
            #expect(reply(sample.octets, Self.bob6) == nil)
        }
        #expect(reply(arp(sender: [10, 0, 0, 2]), Self.bob4) == nil)
    }

    @Test("another's address, and the station's own question, are not answered")
    func staysSilent() {
        #expect(reply(arp(target: [10, 0, 0, 3]), Self.bob4) == nil)
        #expect(reply(solicitation(target: Build.aliceLocal), Self.bob6) == nil)
        #expect(reply(arp(), Self.bob6) == nil && reply(solicitation(), Self.bob4) == nil)
        #expect(reply(arp(from: Build.bob), Self.bob4) == nil)
        #expect(reply(arp(sender: [0, 0, 0, 0], from: Build.bob), Self.bob4) == nil)
        #expect(reply(solicitation(from: Self.nobody, mac: Build.bob), Self.bob6) == nil)
        var group = Self.bob4
        group.mac = .broadcast
        #expect(reply(arp(), group) == nil)
    }

    @Test("a damaged question gets a sound answer or none")
    func survivesHostile() {
        for (frame, bob) in [
            (arp(), Self.bob4), (solicitation(), Self.bob6),
            (solicitation(from: Self.nobody), Self.bob6),
        ] {
            for bit in 0..<frame.count * 8 {
                var octets = frame
                octets[bit / 8] ^= 1 << (bit % 8)
                guard let answer = reply(octets, bob) else { continue }
                #expect(parse(answer).fault == .none, "bit \(bit)")
                #expect(reply(answer, bob) == nil, "bit \(bit)")
            }
            for count in 0..<frame.count { #expect(reply(Array(frame[..<count]), bob) == nil) }
            let small = Slot(capacity: NeighborReply.byteCountMax - 1)
            #expect(
                NeighborReply.make(to: frame.span.bytes, parse(frame), from: bob, into: small.frame)
                    == nil)
        }
    }

    private func target(_ frame: [UInt8]) -> IPAddress? {
        NeighborReply.target(of: frame.span.bytes, parse(frame))
    }

    private func reply(_ frame: [UInt8], _ neighbor: NeighborReply.Neighbor) -> [UInt8]? {
        let slot = Slot(capacity: NeighborReply.byteCountMax)
        let reply = NeighborReply.make(
            to: frame.span.bytes, parse(frame), from: neighbor, into: slot.frame)
        #expect(slot.isIntact && (reply == nil || reply?.virtio == VirtioNetHeader()))
        return reply?.octets
    }
}
