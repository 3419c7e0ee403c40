import Packet
import Testing

@Suite struct MACAddressTests {
    @Test(
        "text and address become each other",
        arguments: [
            ("52:54:00:00:00:12", 0x5254_0000_0012), ("ff:ff:ff:ff:ff:ff", 0xffff_ffff_ffff),
            ("00:00:00:00:00:00", 0), ("0a:0b:0c:0d:0e:0f", 0x0a0b_0c0d_0e0f),
        ] as [(String, UInt64)])
    func converts(_ text: String, _ number: UInt64) {
        #expect(MACAddress(text)?.rawValue == number)
        #expect(MACAddress(rawValue: number).description == text)
    }

    @Test("capital letters are read, small ones written")
    func readsCapitals() {
        #expect(MACAddress("AA:Bb:cC:00:11:22")?.description == "aa:bb:cc:00:11:22")
    }

    @Test(
        "other text is refused",
        arguments: [
            "", "52:54:00:00:00", "52:54:00:00:00:12:13", "52-54-00-00-00-12", "5254.0000.0012",
            "52:54:00:00:00:1", "52:54:00:00:00:123", "52:54:00:00:00:zz", "52:54:00:00:00:+1",
            " 52:54:00:00:00:12", "52:54:00:00:00:12 ", ":52:54:00:00:00", "52:54:00:00:00:",
            "::::::",
        ])
    func refuses(_ text: String) {
        #expect(MACAddress(text) == nil)
    }

    @Test("group, broadcast and unicast are told")
    func classifies() {
        #expect(MACAddress.broadcast.isBroadcast && MACAddress.broadcast.isMulticast)
        #expect(!MACAddress.broadcast.isUnicast && !MACAddress.zero.isUnicast)
        #expect(!MACAddress.zero.isMulticast)
        let group = MACAddress(rawValue: 0x0100_5e00_0001)
        #expect(group.isMulticast && !group.isBroadcast && !group.isUnicast)
        #expect(MACAddress(rawValue: 0x5254_0000_0001).isUnicast)
    }

    @Test("only 48 bits are kept")
    func masks() {
        #expect(MACAddress(rawValue: 0xdead_5254_0000_0001).rawValue == 0x5254_0000_0001)
    }
}
