import Packet
import Testing

@Suite struct IPv4FragmenterTests {
    /// One way to build and cut a packet.
    struct Cut: Sendable, CustomTestStringConvertible {
        var payload: Int
        var mtu = 576
        var options: [UInt8] = []
        var fragment: UInt16 = 0
        var padding = 0

        var testDescription: String { "\(payload)/\(mtu) \(options.count) \(fragment)" }

        var octets: [UInt8] {
            IPv4Builder(
                fragment: fragment, ipProtocol: 250, options: options, payload: Build.data(payload)
            ).frame + [UInt8](repeating: 9, count: padding)
        }
    }

    private static let alert: [UInt8] = [148, 4, 0, 0]  // copied
    private static let record: [UInt8] = [7, 7, 4, 0, 0, 0, 0]  // not copied

    static let cuts: [Cut] = [
        Cut(payload: 557), Cut(payload: 1_104), Cut(payload: 1_105), Cut(payload: 65_515),
        Cut(payload: 109, mtu: 128), Cut(payload: 4_000, mtu: 1_390, padding: 5),
        Cut(payload: 5_000, mtu: 579, options: alert),
        Cut(payload: 5_000, mtu: 576, options: record + [0]),
        Cut(payload: 5_000, mtu: 576, options: record + [1] + alert),
        Cut(payload: 5_000, mtu: 577, options: [1, 1] + alert + [130, 11] + data(9) + [1, 0, 0]),
        Cut(payload: 3_000, mtu: 128, options: [130, 40] + data(38)),
        Cut(payload: 3_000, fragment: 0x2000), Cut(payload: 3_000, fragment: 0x2010),
        Cut(payload: 3_001, fragment: 0x0010),
        Cut(payload: 1_504, options: alert, fragment: 0x3fff - 300),
    ]

    private static func data(_ count: Int) -> [UInt8] { [UInt8](repeating: 5, count: count) }

    @Test("the fragments are put together again to the packet, as a host does it", arguments: cuts)
    func reassembles(_ cut: Cut) throws {
        let whole = parse(cut.octets)
        try #require(whole.fault == .none)
        let fragments = try fragments(cut.octets, mtu: cut.mtu)
        var place = Int(cut.fragment & 0x1fff) * 8
        var data: [UInt8] = []
        for (index, octets) in fragments.enumerated() {
            let parsed = parse(octets)
            #expect(parsed.fault == .none && parsed.isFragment && parsed.byteCount == octets.count)
            #expect(octets.count <= 14 + cut.mtu)
            #expect(Int(parsed.fragmentOffset) == place && parsed.fragmentID == 0x1234)
            let isLast = index == fragments.count - 1
            #expect(parsed.hasMoreFragments == (!isLast || cut.fragment & 0x2000 != 0))
            #expect(isLast || octets.count > 14 + cut.mtu - 8, "a fragment is as large as can be")
            #expect(octets[..<14] == cut.octets[..<14] && octets[15] == cut.octets[15])
            #expect(
                octets[22...23] == cut.octets[22...23] && octets[26..<34] == cut.octets[26..<34])
            data += octets[parsed.transportOffset...]
            place += Int(parsed.fragmentByteCount)
        }
        #expect(data == Array(cut.octets[whole.transportOffset..<whole.byteCount]))
    }

    @Test("the first fragment has all options, the later ones those marked as copied")
    func copiesOptions() throws {
        for (options, repeated) in [
            (Self.alert, Self.alert), (Self.record + [0], []),
            (Self.record + [1] + Self.alert, Self.alert),
            ([1, 130, 3, 7] + Self.record + [0], [130, 3, 7, 0]),
            ([130, 3, 7] + Self.alert + [0], [130, 3, 7, 148, 4, 0, 0, 0]),
            ([0] + Self.alert + [0, 0, 0], []),
        ] {
            let fragments = try fragments(Cut(payload: 1_500, options: options).octets, mtu: 576)
            #expect(Array(fragments[0][34..<34 + options.count]) == options)
            for octets in fragments[1...] {
                #expect(octets[14] == UInt8(0x45 + repeated.count / 4))
                #expect(Array(octets[34..<34 + repeated.count]) == repeated)
            }
        }
    }

    @Test("what need not or must not be cut is not")
    func refuses() {
        let large = Cut(payload: 1_500)
        #expect(fragmenter(large.octets, mtu: 1_519) != nil)
        #expect(fragmenter(large.octets, mtu: 1_520) == nil)
        #expect(
            fragmenter(large.octets, mtu: 127) == nil && fragmenter(large.octets, mtu: 0) == nil)
        #expect(fragmenter(large.octets, mtu: .min) == nil)
        #expect(fragmenter(Cut(payload: 1_500, fragment: 0x4000).octets, mtu: 576) == nil)
        let six = IPv6Builder(nextHeader: 17, payload: Build.udp(1_500)).frame
        #expect(fragmenter(six, mtu: 576) == nil)
        let udp = IPv4Builder(ipProtocol: 17, payload: Build.udp(1_500)).frame
        #expect(fragmenter(udp, mtu: 576) != nil)
        #expect(fragmenter(udp, mtu: 576, .udp(start: 34)) == nil)
        let cut = VirtioNetHeader.udp(start: 34, gsoType: VirtioNetHeader.gsoUDPL4, gsoSize: 500)
        #expect(fragmenter(udp, mtu: 576, cut) == nil)
        #expect(fragmenter(Build.data(800), mtu: 576) == nil)
        let slot = Slot(udp)
        var short = slot.frame
        short.byteCount -= 1
        withExtendedLifetime(slot) {
            #expect(IPv4Fragmenter(short, parse(udp), mtu: 576) == nil)
        }
    }

    @Test("only IPv4 without don't-fragment may be fragmented")
    func tellsFragmentable() {
        func may(_ octets: [UInt8]) -> Bool {
            parse(octets).mayBeFragmented(in: octets.span.bytes)
        }
        #expect(may(Cut(payload: 9).octets) && may(Cut(payload: 16, fragment: 0x2001).octets))
        #expect(!may(Cut(payload: 9, fragment: 0x4000).octets))
        #expect(!may(Build.data(60)) && !may(SampleFrame.ipv6[0].octets))
        #expect(!may(SampleFrame.ipv4[0].octets))
    }

    @Test("a buffer too small for the largest fragment gets none")
    func refusesSmallScratch() throws {
        let slot = Slot(Cut(payload: 1_500, options: Self.record + [0]).octets)
        var fragmenter = try #require(
            IPv4Fragmenter(slot.frame, parse(slot.frame.octets), mtu: 576))
        // 28 + 544 bytes in the first, 20 + 552 in the others.
        #expect(fragmenter.byteCountMax == 14 + 572 && fragmenter.fragmentCount == 3)
        for capacity in [585, 586] {
            let scratch = Slot(capacity: capacity)
            #expect((fragmenter.next(into: scratch.frame) != nil) == (capacity == 586))
            #expect(scratch.isIntact)
        }
    }

    @Test("a damaged packet is cut soundly or not at all")
    func survivesHostile() throws {
        let options = Self.record + [130, 3, 7, 1, 1] + Self.alert
        let frame = Cut(payload: 300, options: options).octets
        for bit in 0..<60 * 8 {
            var octets = frame
            octets[bit / 8] ^= 1 << (bit % 8)
            octets = withIPv4Checksum(octets)
            guard fragmenter(octets, mtu: 128) != nil else { continue }
            for fragment in try fragments(octets, mtu: 128) {
                #expect(parse(fragment).fault == .none && fragment.count <= 142, "bit \(bit)")
            }
        }
        for count in 0..<frame.count {
            #expect(fragmenter(Array(frame[..<count]), mtu: 128) == nil)
        }
    }

    private func fragmenter(
        _ octets: [UInt8], mtu: Int, _ virtio: VirtioNetHeader = VirtioNetHeader()
    ) -> IPv4Fragmenter? {
        let slot = Slot(octets, virtio)
        return withExtendedLifetime(slot) {
            IPv4Fragmenter(slot.frame, parse(octets, virtio), mtu: mtu)
        }
    }

    private func fragments(_ octets: [UInt8], mtu: Int) throws -> [[UInt8]] {
        let slot = Slot(octets)
        var fragmenter = try #require(IPv4Fragmenter(slot.frame, parse(octets), mtu: mtu))
        let scratch = Slot(capacity: fragmenter.byteCountMax)
        var fragments: [[UInt8]] = []
        while let fragment = fragmenter.next(into: scratch.frame) {
            #expect(fragment.virtio == VirtioNetHeader())
            fragments.append(fragment.octets)
        }
        #expect(scratch.isIntact && slot.frame.octets == octets)
        #expect(fragments.count == fragmenter.fragmentCount && fragments.count > 1)
        return fragments
    }
}
