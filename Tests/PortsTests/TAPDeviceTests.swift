import Foundation
import Packet
import Ports
import Testing

/// The life of a TAP device: made, left behind by a crash, adopted, removed.
struct TAPDeviceTests {
    private let rig: NetworkRig
    private let here: String
    private let guest: String
    private let mac = MACAddress(rawValue: 0x5254_0000_0012)

    init() throws {
        rig = try NetworkRig()
        here = try rig.makeNamespace()
        guest = try rig.makeNamespace()
    }

    @Test(
        "the device has the address and MTU asked for, is up, and is in the guest's namespace alone"
    )
    func makesDevices() throws {
        let port = try open(request())
        let device = try NetworkDevice.inspect("web1", in: guest)
        #expect(device.mac == mac && device.mtu == 1_400 && device.isUp && device.isEthernet)
        #expect(device.kind == "tun")
        #expect(try names(here) == ["lo"])
        port.close()
    }

    @Test("without a namespace the device is where the daemon is")
    func makesDevicesInPlace() throws {
        var request = PortRequest("web1", mode: .tap, mtu: 9_000)
        request.mac = mac
        _ = try open(request)
        let device = try NetworkDevice.inspect("web1", in: here)
        #expect(device.mac == mac && device.mtu == 9_000 && device.isUp)
    }

    @Test("a device of the same name where the daemon is does not matter")
    func ignoresOwnNames() throws {
        try rig.ip(here, "link add web1 type veth peer name web2")
        let port = try open(request())
        #expect(try NetworkDevice.inspect("web1", in: here).kind == "veth")
        #expect(try NetworkDevice.inspect("web1", in: guest).kind == "tun")
        port.close()
    }

    @Test("a name that is taken is refused, and nothing is left behind")
    func refusesTakenNames() throws {
        try rig.ip(guest, "link add web1 type veth peer name web2")
        #expect(reason { try open(request()) } == .deviceExists)
        #expect(try names(here) == ["lo"])
        #expect(try names(guest) == ["lo", "web1", "web2"])
        try rig.ip(here, "link add web1 type veth peer name web2")
        #expect(reason { try open(PortRequest("web1", mode: .tap)) } == .deviceExists)
    }

    @Test("a device that the kernel refuses leaves nothing behind", arguments: [true, false])
    func leavesNothing(isInNamespace: Bool) throws {
        var request = PortRequest("web1", in: isInNamespace ? guest : nil, mode: .tap)
        request.mtu = 1_000_000
        let failure = failure { try open(request) }
        #expect(failure?.errno == EINVAL && failure?.device == "web1")
        request.mtu = 1_500
        request.mac = MACAddress(rawValue: 0x0100_0000_0001)
        #expect(self.failure { try open(request) }?.errno == EADDRNOTAVAIL)
        #expect(try names(here) == ["lo"])
        #expect(try names(guest) == ["lo"])
    }

    @Test("a namespace that is not there is named in the error")
    func refusesMissingNamespaces() throws {
        var request = request()
        request.namespace = "vswt-none"
        #expect(reason { try open(request) } == .namespaceMissing("vswt-none"))
        #expect(try names(here) == ["lo"])
    }

    @Test("a device outlives its port, with carrier off; adopted, it carries frames again")
    func isAdopted() throws {
        try open(request()).close()
        #expect(try NetworkDevice.inspect("web1", in: guest).isUp)
        try rig.ip(guest, "link set web1 mtu 1300")
        #expect(reason { try open(request()) } == .deviceExists)
        let port = try open(request(adopts: true))
        #expect(try NetworkDevice.inspect("web1", in: guest).mtu == 1_400)
        let observer = try Endpoint("web1", in: guest)
        #expect(observer.send(TestFrame.plain()) == .sent)
        #expect(port.receive(1, where: { $0.bytes == TestFrame.plain() }).count == 1)
        #expect(port.send(TestFrame.plain()) == .sent)
        #expect(observer.receive(1).map(\.bytes) == [TestFrame.plain()])
    }

    @Test("a device to adopt that is not there is made; one that is held is busy; a veth is no TAP")
    func adoptsWithCare() throws {
        let port = try open(request(adopts: true))
        #expect(try NetworkDevice.inspect("web1", in: guest).isUp)
        #expect(reason { try open(request(adopts: true)) } == .busy)
        port.close()
        try rig.ip(guest, "link del web1")
        try rig.ip(guest, "link add web1 type veth peer name web2")
        #expect(reason { try open(request(adopts: true)) } == .notTAP)
        #expect(try names(guest) == ["lo", "web1", "web2"])
    }

    @Test("removing takes the device away, twice does nothing, and a device of others stays")
    func isRemoved() throws {
        try open(request()).close()
        let teardown = PortTeardown(device: "web1", namespace: guest, mode: .tap)
        try teardown.undo()
        #expect(try names(guest) == ["lo"])
        try teardown.undo()
        try rig.ip(guest, "link add web1 type veth peer name web2")
        #expect(throws: PortError(.detach, "web1", .notTAP)) { try teardown.undo() }
        #expect(try names(guest) == ["lo", "web1", "web2"])
        try rig.delete(guest)
        try teardown.undo()
    }
}

extension TAPDeviceTests {
    private func request(adopts: Bool = false) -> PortRequest {
        var request = PortRequest("web1", in: guest, mode: .tap, mtu: 1_400)
        request.mac = mac
        request.adoptsExisting = adopts
        return request
    }

    /// Opens as a daemon would that runs in the namespace `here`.
    private func open(_ request: PortRequest) throws -> Endpoint {
        Endpoint(
            try NetworkRig.inside(here) { () throws(PortError) in
                try PortOpener.open(request).takeDevice()
            })
    }

    private func failure(_ body: () throws -> Endpoint) -> PortError? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? PortError
        }
    }

    private func reason(_ body: () throws -> Endpoint) -> PortError.Reason? {
        failure(body)?.reason
    }

    private func names(_ namespace: String) throws -> [String] {
        try NetworkRig.run("ip", "-n", namespace, "-o", "link").split(separator: "\n")
            .compactMap { $0.split { ": @".contains($0) }.dropFirst().first.map(String.init) }
            .sorted()
    }
}
