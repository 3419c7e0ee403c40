import ControlPlane
import Packet
import Testing

@Suite("LocalAddress")
struct LocalAddressTests {
    @Test(
        "toward this machine itself it is the loopback address",
        arguments: [("127.0.0.1:9", "127.0.0.1"), ("127.0.0.9:9", "127.0.0.1")])
    func findsLoopback(remote: String, local: String) throws {
        let remote = try #require(UnderlayAddress(remote))
        #expect(LocalAddress.toward(remote)?.description == local)
    }

    @Test("where no route leads there is none")
    func knowsDeadEnds() throws {
        // A link-local address without a scope names no link (RFC 4007 §6).
        let remote = try #require(UnderlayAddress("[fe80::1]:9"))
        #expect(LocalAddress.toward(remote) == nil)
    }
}
