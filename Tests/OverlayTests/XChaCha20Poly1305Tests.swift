import Overlay
import Testing

@Suite struct XChaCha20Poly1305Tests {
    private let key = [UInt8](0x80...0x9f)
    private let nonce = [UInt8](0x40...0x57)
    private let data = bytes("50515253c0c1c2c3c4c5c6c7")
    private let text = Array(
        """
        Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the \
        future, sunscreen would be it.
        """.utf8)
    private let expected = bytes(
        """
        bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb
        731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452
        2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9
        21f9664c97637da9768812f615c68b13b52e
        c0875924c1c7987947deafd8780acf49
        """)

    private func opened(_ sealed: [UInt8], _ nonce: [UInt8], _ data: [UInt8]) -> [UInt8]? {
        let cipher = XChaCha20Poly1305(key: key.raw, nonce: nonce.raw)!
        guard let text = cipher.open(sealed.raw, vouchingFor: data.raw) else { return nil }
        return Array(text.bytes.array.dropLast(16))
    }

    @Test("the subkey of draft-irtf-cfrg-xchacha-03 §2.2.1 is met")
    func derivesSubkey() {
        let subkey = HChaCha20.subkey(
            [UInt8](0..<32).raw, bytes("000000090000004a0000000031415927").raw)
        let expected = "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc"
        #expect(subkey.bytes.array == bytes(expected))
    }

    @Test("the vector of draft-irtf-cfrg-xchacha-03 §A.3.1 is sealed and opened")
    func matchesDraft() {
        let cipher = XChaCha20Poly1305(key: key.raw, nonce: nonce.raw)!
        var buffer = text + [UInt8](repeating: 0, count: 16)
        let isSealed = buffer.withUnsafeMutableBytes {
            cipher.seal($0.baseAddress!, byteCount: text.count, vouchingFor: data.raw)
        }
        #expect(isSealed)
        #expect(buffer == expected)
        #expect(opened(buffer, nonce, data) == text)
    }

    @Test("a text is refused when any bit of it, its nonce or its data differs")
    func refusesFlips() {
        for (bit, changed) in expected.flips {
            #expect(opened(changed, nonce, data) == nil, "text bit \(bit)")
        }
        for (bit, changed) in nonce.flips {
            #expect(opened(expected, changed, data) == nil, "nonce bit \(bit)")
        }
        for (bit, changed) in data.flips {
            #expect(opened(expected, nonce, changed) == nil, "data bit \(bit)")
        }
        for changed in expected.otherLengths { #expect(opened(changed, nonce, data) == nil) }
    }

    @Test("keys and nonces of other lengths are refused")
    func refusesLengths() {
        for (keyCount, nonceCount) in [(31, 24), (33, 24), (0, 24), (32, 23), (32, 25), (32, 12)] {
            let isMade =
                XChaCha20Poly1305(
                    key: [UInt8](repeating: 1, count: keyCount).raw,
                    nonce: [UInt8](repeating: 1, count: nonceCount).raw) != nil
            #expect(!isMade, "key \(keyCount), nonce \(nonceCount)")
        }
    }
}
