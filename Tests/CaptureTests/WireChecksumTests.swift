import Capture
import Packet
import Testing

@Suite("WireChecksum")
struct WireChecksumTests {
    /// The checksum that the transport header of `example` should have, from its whole packet.
    private func naive(_ example: FrameExample) -> UInt16 {
        let start = Int(example.virtio.checksumStart)
        let isIPv6 = example.octets[12] == 0x86
        let field = start + Int(example.virtio.checksumOffset)
        var segment = Array(example.octets[start...])
        FrameExample.store(0, in: &segment, at: field - start)
        let addresses = isIPv6 ? example.octets[22..<54] : example.octets[26..<34]
        let number = isIPv6 ? example.octets[20] : example.octets[23]
        let length = UInt16(segment.count)
        let pseudo = addresses + [0, number, UInt8(length >> 8), UInt8(length & 255)]
        let value = ~FrameExample.naiveSum(Array(pseudo + segment + [0]).evened)
        return value == 0 ? 0xffff : value
    }

    @Test("a partial checksum becomes that of pseudo-header, header and payload", arguments: 0...65)
    func completes(payloadByteCount: Int) {
        var random = SeededRandom(UInt64(payloadByteCount))
        let payload = (0..<payloadByteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
        for transport in [FrameExample.Transport.tcp, .udp] {
            for isIPv6 in [false, true] {
                let example = FrameExample.partial(transport, payload: payload, isIPv6: isIPv6)
                let checksum = example.wireChecksum
                #expect(checksum?.value == naive(example), "\(transport) IPv6 \(isIPv6)")
                let field = example.virtio.checksumStart + example.virtio.checksumOffset
                #expect(checksum?.offset == Int(field))
            }
        }
    }

    @Test("a sum of zero is written as 0xffff, because zero would mean no checksum")
    func zeroIsWrittenAsOnes() {
        var example = FrameExample.partial(.udp, payload: [0, 0])
        let sum = naive(example)
        FrameExample.store(sum, in: &example.octets, at: 42)
        #expect(example.wireChecksum?.value == 0xffff)
    }

    @Test("a complete frame is left alone")
    func completeIsLeftAlone() {
        #expect(FrameExample.ping.wireChecksum == nil)
        var example = FrameExample.partial(.tcp, payload: [1])
        example.virtio.flags = VirtioNetHeader.dataValid
        #expect(example.wireChecksum == nil)
    }

    @Test("a field outside the frame is left alone, wherever a hostile header puts it")
    func hostileOffsetsAreLeftAlone() {
        for start in [0, 1, 34, 59, 60, 61, 0x7fff, 0xffff] as [UInt16] {
            for offset in [0, 1, 24, 25, 58, 59, 0x8000, 0xffff] as [UInt16] {
                var example = FrameExample(octets: [UInt8](repeating: 0x5a, count: 60))
                example.virtio.flags = VirtioNetHeader.needsChecksum
                (example.virtio.checksumStart, example.virtio.checksumOffset) = (start, offset)
                let end = Int(start) + Int(offset) + 2
                #expect((example.wireChecksum != nil) == (end <= 60), "\(start) \(offset)")
            }
        }
    }
}

extension FrameExample {
    /// What the switch makes of the frame's checksum.
    var wireChecksum: WireChecksum? {
        WireChecksum(of: octets.span.bytes, virtio)
    }
}

extension Array where Element == UInt8 {
    /// Without a last byte that would make the count odd: what was appended only as a pad.
    fileprivate var evened: [UInt8] { count.isMultiple(of: 2) ? self : Array(dropLast()) }
}
