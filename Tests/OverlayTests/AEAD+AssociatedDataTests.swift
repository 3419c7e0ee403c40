import Overlay
import Testing

@Suite struct AEADAssociatedDataTests {
    @Test("the vector of RFC 8439 §2.8.2 is sealed and opened")
    func matchesRFC8439() {
        let aead = AEAD(key: [UInt8](0x80...0x9f).raw)!
        let nonce = AEADNonce(0x4746_4544_4342_4140, prefix: 7)
        let data = bytes("50515253c0c1c2c3c4c5c6c7")
        let text = Array(
            """
            Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the \
            future, sunscreen would be it.
            """.utf8)
        var buffer = text + [UInt8](repeating: 0, count: 16)
        let isSealed = buffer.withUnsafeMutableBytes {
            aead.seal($0.baseAddress!, byteCount: text.count, nonce: nonce, vouchingFor: data.raw)
        }
        #expect(isSealed)
        #expect(
            buffer
                == bytes(
                    """
                    d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6
                    3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36
                    92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc
                    3ff4def08e4b7a9de576d26586cec64b6116
                    1ae10b594f09e26a7e902ecbd0600691
                    """))
        let isAuthentic = buffer.withUnsafeMutableBytes {
            aead.open($0.baseAddress!, byteCount: $0.count, nonce: nonce, vouchingFor: data.raw)
        }
        #expect(isAuthentic && Array(buffer.prefix(text.count)) == text)
    }

    @Test("a text is refused when any bit of the data differs, or the data is missing")
    func refusesOtherData() {
        let aead = AEAD(key: [UInt8](0..<32).raw)!
        let data: [UInt8] = [1, 2, 3, 4, 5]
        var sealed = [UInt8](repeating: 9, count: 32)
        #expect(
            sealed.withUnsafeMutableBytes {
                aead.seal(
                    $0.baseAddress!, byteCount: 16, nonce: AEADNonce(0), vouchingFor: data.raw)
            })
        for other in data.flips.map(\.bytes) + data.otherLengths {
            var copy = sealed
            let isAuthentic = copy.withUnsafeMutableBytes {
                aead.open(
                    $0.baseAddress!, byteCount: 32, nonce: AEADNonce(0), vouchingFor: other.raw)
            }
            #expect(!isAuthentic, "\(other)")
        }
    }
}
