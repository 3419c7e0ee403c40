import Packet
import Testing

@Suite struct ChecksumTests {
    @Test("the examples of the RFCs come out")
    func vectors() {
        // RFC 1071 §3: the words 0001 f203 f4f5 f6f7 sum to ddf2.
        #expect(folded([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]) == 0xddf2)
        // RFC 1624 §4: HC = dd2f, m = 5555, m' = 3285 gives 0000, not ffff.
        #expect(Checksum.updated(0xdd2f, from: 0x5555, to: 0x3285) == 0x0000)
    }

    @Test("an intact IPv4 header is valid, a damaged one is not")
    func validates() {
        var header: [UInt8] = [
            0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0xb8, 0x61, 0xc0, 0xa8,
            0x00,
            0x01, 0xc0, 0xa8, 0x00, 0xc7,
        ]
        #expect(sum(header).isValid)
        header[8] -= 1
        #expect(!sum(header).isValid)
    }

    @Test("every length and alignment sums as the naive way does")
    func agreesWithNaive() {
        var random = SeededRandom(seed: 71)
        let octets = (0..<700).map { _ in UInt8.random(in: 0...255, using: &random) }
        for count in 0...600 {
            let start = count % 9
            let part = Array(octets[start..<start + count])
            var sum = Checksum()
            sum.add(octets.span.bytes.extracting(start..<start + count))
            #expect(sum.value == ~naiveSum(part), "\(count) bytes from \(start)")
        }
    }

    @Test(
        "carries never get lost, however long the data", arguments: [64, 65_535, 65_536, 200_001])
    func keepsCarries(count: Int) {
        let ones = [UInt8](repeating: 0xff, count: count)
        #expect(folded(ones) == naiveSum(ones))
        var random = SeededRandom(seed: UInt64(count))
        let octets = (0..<count).map { _ in UInt8.random(in: 0xf0...0xff, using: &random) }
        #expect(folded(octets) == naiveSum(octets))
    }

    @Test("parts of even length sum to the whole, and numbers to their bytes")
    func adds() {
        let octets = Build.data(333)
        var parts = Checksum()
        parts.add(octets.span.bytes.extracting(0..<128))
        parts.add(octets.span.bytes.extracting(128..<333))
        #expect(parts.value == sum(octets).value)
        var numbers = Checksum()
        numbers.add(0xfffe_1234 as UInt32)
        numbers.add(0xabcd as UInt16)
        numbers.add(0xffff as UInt16)
        #expect(numbers.folded == naiveSum([0xff, 0xfe, 0x12, 0x34, 0xab, 0xcd, 0xff, 0xff]))
    }

    @Test("the pseudo-header sums as written out, in both families")
    func sumsPseudoHeader() {
        let four = IPv4Builder(ipProtocol: 6, payload: Build.tcp(.syn, payload: 7))
        let tuple4 = parse(four.frame).fiveTuple
        let naive4 = naivePseudoHeader(four.packet, transport: 20, 6)
        #expect(Checksum(pseudoHeaderOf: tuple4, byteCount: 27).folded == naiveSum(naive4))
        let six = IPv6Builder(nextHeader: 17, payload: Build.udp(70))
        let tuple6 = parse(six.frame).fiveTuple
        let naive6 = naivePseudoHeader(six.packet, transport: 40, 17)
        #expect(Checksum(pseudoHeaderOf: tuple6, byteCount: 78).folded == naiveSum(naive6))
    }

    @Test("an updated checksum is that of the changed data")
    func updates() {
        var random = SeededRandom(seed: 1_624)
        for round in 0..<20_000 {
            let words = (0..<4).map { _ in UInt16.random(in: 0...0xffff, using: &random) }
            let new = UInt16.random(in: 0...0xffff, using: &random)
            let before = ~naiveSum(words.flatMap(Build.big))
            let after = Checksum.updated(before, from: words[1], to: new)
            let changed = [words[0], new, words[2], words[3], after]
            #expect(naiveSum(changed.flatMap(Build.big)) % 0xffff == 0, "round \(round)")
        }
    }

    @Test("UDP never says that it has no checksum")
    func avoidsZero() {
        var sum = Checksum()
        sum.add(0xffff as UInt16)
        #expect(sum.value == 0)
        #expect(sum.valueForUDP == 0xffff)
        sum.add(1 as UInt16)
        #expect(sum.valueForUDP == sum.value)
    }

    private func sum(_ octets: [UInt8]) -> Checksum {
        var sum = Checksum()
        sum.add(octets.span.bytes)
        return sum
    }

    private func folded(_ octets: [UInt8]) -> UInt16 { sum(octets).folded }
}
