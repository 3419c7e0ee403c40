import Overlay
import Testing

@Suite struct X25519Tests {
    private func shared(_ scalar: [UInt8], _ point: [UInt8]) -> [UInt8]? {
        guard let key = PrivateKey(bytes: scalar.raw), let theirs = PublicKey(bytes: point) else {
            return nil
        }
        return array(X25519.sharedSecret(key, theirs))
    }

    @Test(
        "the vectors of RFC 7748 §5.2 are met",
        arguments: [
            (
                "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
                "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"
            ),
            (
                "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
                "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"
            ),
        ])
    func matchesRFC7748(scalar: String, point: String, expected: String) {
        #expect(shared(bytes(scalar), bytes(point)) == bytes(expected))
    }

    @Test("1 and 1,000 iterations come to what RFC 7748 §5.2 says")
    func iterates() {
        var scalar: [UInt8] = [9] + [UInt8](repeating: 0, count: 31)
        var point = scalar
        for iteration in 1...1000 {
            (scalar, point) = (shared(scalar, point)!, scalar)
            if iteration == 1 {
                let first = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"
                #expect(scalar == bytes(first))
            }
        }
        let last = "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"
        #expect(scalar == bytes(last))
    }

    @Test("the key exchange of RFC 7748 §6.1 comes to one secret on both sides")
    func exchanges() {
        let alice = PrivateKey(
            bytes: bytes("77076d0a7318a57d3c16c17251b26645c6db4e0d1db4c41b5ec2d5b5f5c4f5a2").raw)!
        let bob = PrivateKey(
            bytes: bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb").raw)!
        #expect(
            bob.publicKey.bytes
                == bytes("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"))
        let ours = array(X25519.sharedSecret(alice, bob.publicKey))
        #expect(ours != nil && ours == array(X25519.sharedSecret(bob, alice.publicKey)))
    }

    @Test(
        "public keys of small order share no secret",
        arguments: [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ])
    func refusesSmallOrder(point: String) {
        #expect(shared([UInt8](1...32), bytes(point)) == nil)
    }
}
