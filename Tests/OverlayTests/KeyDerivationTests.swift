import Overlay
import Testing

@Suite struct KeyDerivationTests {
    /// The vectors of wireguard-go's device/kdf_test.go.
    private static let vectors: [(key: String, input: String, outputs: [String])] = [
        (
            "test-key", "test-input",
            [
                "6f0e5ad38daba1bea8a0d213688736f19763239305e0f58aba697f9ffc41c633",
                "df1194df20802a4fe594cde27e92991c8cae66c366e8106aaa937a55fa371e8a",
                "fac6e2745a325f5dc5d11a5b165aad08b0ada28e7b4e666b7c077934a4d76c24",
            ]
        ),
        (
            "wireguard", "wireguard",
            [
                "491d43bbfdaa8750aaf535e334ecbfe5129967cd64635101c566d4caefda96e8",
                "1e71a379baefd8a79aa4662212fcafe19a23e2b609a3db7d6bcba8f560e3d25f",
                "31e1ae48bddfbe5de38f295e5452b1909a1b4e38e183926af3780b0c1e1f0160",
            ]
        ),
        (
            "", "",
            [
                "8387b46bf43eccfcf349552a095d8315c4055beb90208fb1be23b894bc2ed5d0",
                "58a0e5f6faefccf4807bff1f05fa8a9217945762040bcec2f4b4a62bdfe0e86e",
                "0ce6ea98ec548f8e281e93e32db65621c45eb18dc6f0a7ad94178610a2f7338e",
            ]
        ),
    ]

    @Test("one, two and three outputs are those of wireguard-go", arguments: vectors.indices)
    func matchesWireGuardGo(index: Int) {
        let (key, input, outputs) = Self.vectors[index]
        let (keyBytes, inputBytes) = (Array(key.utf8), Array(input.utf8))
        let expected = outputs.map(bytes)
        let one = KeyDerivation.kdf1(keyBytes.raw, inputBytes.raw)
        #expect(one.bytes.array == expected[0])
        let two = KeyDerivation.kdf2(keyBytes.raw, inputBytes.raw)
        #expect(two.bytes.array == expected[0] + expected[1])
        let three = KeyDerivation.kdf3(keyBytes.raw, inputBytes.raw)
        #expect(three.bytes.array == expected[0] + expected[1] + expected[2])
    }

    @Test("HMAC under a key longer than a block is that of Python's hmac")
    func matchesHMAC() {
        let code = KeyDerivation.authenticate(Array("abc".utf8).raw, key: [UInt8](0..<100).raw)
        let expected = "c1b751501db12b753069a918627b623179be55c8cc7ca5c4e14bdf32274ac656"
        #expect(code.bytes.array == bytes(expected))
    }
}
