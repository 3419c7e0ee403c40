import Overlay
import Packet
import Testing

@Suite struct OverlayMTUTests {
    /// Figures of the design, and its rule for IPv6 inside.
    struct Row: Sendable, CustomTestStringConvertible {
        var underlay: Int
        var outer6 = false
        var inner6 = false
        var wireGuard: Int
        var guest: Int

        var testDescription: String { "\(underlay) \(outer6 ? 6 : 4)/\(inner6 ? 6 : 4)" }
        var mtu: OverlayMTU? {
            OverlayMTU(underlay: underlay, underlayIsIPv6: outer6, innerIsIPv6: inner6)
        }
    }

    static let rows: [Row] = [
        Row(underlay: 1_500, wireGuard: 1_440, guest: 1_390),
        Row(underlay: 1_500, outer6: true, wireGuard: 1_408, guest: 1_358),
        Row(underlay: 9_000, wireGuard: 8_928, guest: 8_878),
        Row(underlay: 9_000, outer6: true, wireGuard: 8_912, guest: 8_862),
        Row(underlay: 1_500, inner6: true, wireGuard: 1_440, guest: 1_370),
        Row(underlay: 1_500, outer6: true, inner6: true, wireGuard: 1_408, guest: 1_338),
        Row(underlay: 1_280, outer6: true, wireGuard: 1_200, guest: 1_150),
        Row(underlay: 65_535, wireGuard: 65_472, guest: 65_422),
    ]

    @Test("the figures are those of the design", arguments: rows)
    func computes(_ row: Row) throws {
        let mtu = try #require(row.mtu)
        #expect(mtu.wireGuard == row.wireGuard && mtu.guest == row.guest)
        #expect(mtu.frameByteCountMax == row.guest + 14)
        #expect(mtu.segmentByteCountMax(isIPv6: false) == row.guest - 40)
        #expect(mtu.segmentByteCountMax(isIPv6: true) == row.guest - 60)
        #expect(mtu.carriesGuestIPv6 == (row.guest >= 1_280))
    }

    @Test("a full frame, encapsulated and sealed, fits the underlay, and 16 bytes more do not")
    func fits() throws {
        for underlay in 1_000...3_000 {
            for (outer6, inner6) in [(false, false), (false, true), (true, false), (true, true)] {
                let mtu = try #require(
                    OverlayMTU(underlay: underlay, underlayIsIPv6: outer6, innerIsIPv6: inner6))
                let plaintext =
                    mtu.frameByteCountMax + Encapsulation.headerByteCount(isIPv6: inner6)
                #expect(Encapsulation.paddedByteCount(plaintext) == plaintext)
                #expect(plaintext == mtu.wireGuard)
                let packet = plaintext + 32 + 8 + (outer6 ? 40 : 20)
                #expect(packet <= underlay && packet + 16 > underlay)
                #expect(mtu.datagramByteCountMax == plaintext + 32)
                #expect(mtu.underlayNeeded(forGuest: mtu.guest) == packet)
                #expect(mtu.underlayNeeded(forGuest: mtu.guest + 1) == packet + 16)
            }
        }
    }

    @Test("what leaves a guest below 576 bytes, or is no MTU, is refused")
    func refuses() {
        for underlay in [Int.min, -1, 0, 59, 685, 65_536, Int.max] {
            #expect(Row(underlay: underlay, wireGuard: 0, guest: 0).mtu == nil, "\(underlay)")
        }
        #expect(Row(underlay: 700, wireGuard: 0, guest: 0).mtu?.guest == 590)
    }

    @Test("the lines add up, and name both MTUs")
    func explains() throws {
        for row in Self.rows {
            let lines = try #require(row.mtu).lines
            let numbers = lines.compactMap { Int($0.prefix(7).drop { $0 == " " }) }
            #expect(numbers.count == lines.count)
            #expect(numbers[..<6].reduce(0, +) == row.wireGuard && numbers[6] == row.wireGuard)
            #expect(numbers[6..<11].reduce(0, +) == row.guest && numbers[11] == row.guest)
            #expect(lines[6].contains("WireGuard MTU") && lines[11].contains("guest MTU"))
            #expect(lines[1].hasSuffix(row.outer6 ? "IPv6" : "IPv4"))
            #expect(lines[7].hasSuffix(row.inner6 ? "IPv6" : "IPv4"))
            #expect(lines.last?.contains("too small") == (row.guest < 1_280))
        }
        let lines = try #require(Self.rows[0].mtu).lines
        #expect(lines[0] == "   1500  underlay MTU" && lines[1] == "    -20  outer IPv4")
        #expect(lines[14] == "   1612  underlay MTU that guests of MTU 1500 need")
    }
}
