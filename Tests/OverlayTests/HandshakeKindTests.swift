import Overlay
import Testing

@Suite struct HandshakeKindTests {
    private static let kinds: [(HandshakeKind, UInt8, Int)] = [
        (.initiation, 1, 148), (.response, 2, 92), (.cookieReply, 3, 64),
    ]

    @Test("a message is told by its type and exact length", arguments: kinds)
    func tells(kind: HandshakeKind, type: UInt8, byteCount: Int) {
        for length in 0...200 {
            let datagram = Array(([type, 0, 0, 0] + [UInt8](repeating: 7, count: 200))[..<length])
            #expect(HandshakeKind(datagram) == (length == byteCount ? kind : nil))
        }
    }

    @Test("a message whose reserved bytes are not zero is none", arguments: kinds)
    func refusesReserved(kind: HandshakeKind, type: UInt8, byteCount: Int) {
        let datagram = [type] + [UInt8](repeating: 0, count: byteCount - 1)
        #expect(HandshakeKind(datagram) == kind)
        for (bit, changed) in datagram.flips.prefix(32) {
            #expect(HandshakeKind(changed) == nil, "bit \(bit)")
        }
    }

    @Test("indices are read in little-endian order, from their own kind only")
    func readsIndices() {
        let initiation: [UInt8] = [1, 0, 0, 0, 4, 3, 2, 1] + [UInt8](repeating: 0, count: 140)
        let response: [UInt8] =
            [2, 0, 0, 0, 9, 9, 9, 9, 4, 3, 2, 1] + [UInt8](repeating: 0, count: 80)
        let reply: [UInt8] = [3, 0, 0, 0, 4, 3, 2, 1] + [UInt8](repeating: 0, count: 56)
        #expect(HandshakeInitiation.sender(initiation) == 0x0102_0304)
        #expect(HandshakeResponse.receiver(response) == 0x0102_0304)
        #expect(CookieReply.receiver(reply) == 0x0102_0304)
        #expect(HandshakeInitiation.sender(response) == nil)
        #expect(HandshakeResponse.receiver(initiation) == nil)
        #expect(CookieReply.receiver(initiation) == nil)
        #expect(HandshakeInitiation.sender([]) == nil)
    }
}
