import Foundation
import Packet
import Ports
import Testing

struct UnderlaySocketTests {
    private let rig: UnderlayRig

    init() throws { rig = try UnderlayRig() }

    @Test("a socket is bound where it was told to, and to a free port when told none")
    func binds() throws {
        let address = try UnderlayEnd.address("10.9.0.1:51820")
        #expect(try UnderlayEnd("10.9.0.1:51820", in: rig.left).address == address)
        let free = try UnderlayEnd("fd09::1", in: rig.left).address
        #expect(free.port > 0 && free.address == IPAddress("fd09::1"))
    }

    @Test("a port that is taken is refused: sockets do not share")
    func refusesTakenPorts() throws {
        let first = try UnderlayEnd("10.9.0.1:51820", in: rig.left)
        #expect(reason("10.9.0.1:51820") == .addressInUse)
        #expect(reason("0.0.0.0:51820") == .addressInUse)
        #expect(reason("[::]:51820") == .addressInUse, "it would take IPv4, too")
        #expect(reason("[fd09::1]:51820") == nil, "it takes IPv6 alone")
        #expect(first.address.port == 51_820)
    }

    @Test(
        "an address that is not the host's is refused",
        arguments: ["10.9.0.2:51820", "192.0.2.1:51820", "[fd09::2]:51820"])
    func refusesForeignAddresses(text: String) {
        #expect(reason(text) == .addressNotLocal)
    }

    @Test(
        "an address that no socket can have is refused",
        arguments: ["224.0.0.1:1", "255.255.255.255:1", "[ff02::1]:1", "[fe80::1]:1"])
    func refusesUnsuitedAddresses(text: String) {
        #expect(reason(text) == .addressUnsuited)
    }

    @Test("a socket never blocks, does not survive exec, and has the large buffers")
    func isConfigured() throws {
        for text in ["10.9.0.1", "fd09::1", "::"] {
            let end = try UnderlayEnd(text, in: rig.left)
            #expect(fcntl(end.descriptor, F_GETFD) & FD_CLOEXEC != 0)
            #expect(fcntl(end.descriptor, F_GETFL) & O_NONBLOCK != 0)
            for option in [SO_RCVBUF, SO_SNDBUF] {
                var value: CInt = 0
                var byteCount = socklen_t(4)
                #expect(getsockopt(end.descriptor, SOL_SOCKET, option, &value, &byteCount) == 0)
                #expect(value == 16 << 20, "the kernel doubles what it is told")
            }
        }
    }

    @Test("what was not asked for is not used")
    func takesFeatures() throws {
        for features in [UnderlayFeatures.all, [.batching], []] {
            #expect(try UnderlayEnd("10.9.0.1", in: rig.left, features).features == features)
        }
    }

    private func reason(_ text: String) -> UnderlayError.Reason? {
        do {
            _ = try UnderlayEnd(text, in: rig.left)
            return nil
        } catch {
            return (error as? UnderlayError)?.reason
        }
    }
}
