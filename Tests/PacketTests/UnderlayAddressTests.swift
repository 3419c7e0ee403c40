import Packet
import Testing

@Suite struct UnderlayAddressTests {
    @Test(
        "both families are read and written",
        arguments: ["192.0.2.2:51820", "[2001:db8::1]:51820", "0.0.0.0:1", "[::]:65535"])
    func readsItself(_ text: String) throws {
        let address = try #require(UnderlayAddress(text))
        #expect(address.description == text)
        #expect(UnderlayAddress(address.address, port: address.port) == address)
    }

    @Test("address and port are told apart")
    func tellsApart() {
        let four = UnderlayAddress("192.0.2.2:51820")
        #expect(four?.address == IPAddress("192.0.2.2") && four?.port == 51_820)
        let six = UnderlayAddress("[2001:DB8:0::1]:080")
        #expect(six?.address == IPAddress("2001:db8::1") && six?.port == 80)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", ":", "192.0.2.2", "192.0.2.2:", ":51820", "192.0.2.2:0", "192.0.2.2:65536",
            "192.0.2.2:-1", "192.0.2.2:+1", "192.0.2.2: 1", "192.0.2.2:1 ", " 192.0.2.2:1",
            "[192.0.2.2]:1", "2001:db8::1:51820", "[2001:db8::1]", "[2001:db8::1:51820",
            "2001:db8::1]:51820", "[]:1", "[::ffff:10.0.0.1]:1", "host:1", "[:1", "192.0.2.2:１",
            "[fe80::1%eth0]:1",
        ])
    func refuses(_ text: String) {
        #expect(UnderlayAddress(text) == nil)
    }
}
