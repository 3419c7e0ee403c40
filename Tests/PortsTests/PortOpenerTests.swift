import Packet
import Ports
import Testing

/// Opening devices that belong to someone else: what is refused, and that nothing is left behind.
struct PortOpenerTests {
    private let rig: NetworkRig
    private let host: String

    init() throws {
        rig = try NetworkRig()
        host = try rig.makeNamespace()
    }

    @Test("a device that is not there is unknown")
    func refusesUnknownDevices() {
        #expect(reason(PortRequest("tap9", in: host, mode: .netdev)) == .unknownDevice)
    }

    @Test(
        "a name that cannot be one is refused", arguments: ["", "a b", "sixteen-bytes-ab", "x/y"])
    func refusesNames(name: String) {
        for mode in [PortMode.tap, .netdev] {
            #expect(reason(PortRequest(name, in: host, mode: mode)) == .invalidName)
        }
    }

    @Test("the loopback device is no Ethernet device")
    func refusesLoopback() {
        #expect(reason(PortRequest("lo", in: host, mode: .netdev, mtu: 65_536)) == .notEthernet)
    }

    @Test("an MTU that is not the network's is refused, but an uplink may carry larger packets")
    func comparesMTUs() throws {
        try rig.ip(host, "link add tap0 mtu 2000 type veth peer name tap1")
        var request = PortRequest("tap0", in: host, mode: .netdev, mtu: 1_500)
        #expect(reason(request) == .mtuMismatch(device: 2_000, network: 1_500))
        request.isUplink = true
        #expect(reason(request) == nil)
        request.mtu = 2_001
        #expect(reason(request) == .mtuMismatch(device: 2_000, network: 2_001))
    }

    @Test("a refused device keeps its state: down, IPv6 on, no filters")
    func leavesNothing() throws {
        try rig.ip(host, "link add tap0 type veth peer name tap1")
        #expect(reason(PortRequest("tap0", in: host, mode: .netdev, mtu: 1_400)) != nil)
        #expect(!(try NetworkDevice.inspect("tap0", in: host).isUp))
        let isIsolated = try NetworkRig.inside(host) { () throws(PortError) in
            let device = try NetworkDevice.inspect("tap0")
            return try HostIsolation(device: DeviceName("tap0"), index: device.index)
                .isEstablished()
        }
        #expect(!isIsolated)
    }

    @Test("a super-frame toward a device without offloads is segmented by the kernel, not lost")
    func segmentsOnTheWay() throws {
        let tap = try PlainTAP("tap0", in: host)
        try rig.ip(host, "link set tap0 up")
        let port = Endpoint(
            try PortOpener.open(PortRequest("tap0", in: host, mode: .netdev)).takeDevice())
        _ = tap.readAll(expected: 0)
        let frame = TestFrame.tcp(.v4, flags: 0x18, byteCount: 30_000, isPartial: true)
        #expect(port.send(frame, TestFrame.tso(.v4, segmentByteCount: 1_400)) == .sent)
        let segments = tap.readAll(expected: 22).filter { $0.count > 58 && $0[12...13] == [8, 0] }
        #expect(segments.count == 22)
        #expect(segments.map { $0.count - 58 }.reduce(0, +) == 30_000)
    }

    @Test("the mode that suits a device is that of its owner")
    func suggestsModes() throws {
        try rig.ip(host, "link add tap0 type veth peer name tap1")
        #expect(try PortMode.suited(to: "tap0", in: host) == .netdev)
        #expect(try PortMode.suited(to: "tap9", in: host) == .tap)
    }

    private func reason(_ request: PortRequest) -> PortError.Reason? {
        do {
            let opened = try PortOpener.open(request)
            _ = opened.takeDevice()
            return nil
        } catch {
            return error.reason
        }
    }
}
