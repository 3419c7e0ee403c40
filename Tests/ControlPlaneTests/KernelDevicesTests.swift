import ControlAPI
import ControlPlane
import Ports
import Testing

/// The kernel's devices, as far as they can be asked for without changing any.
@Suite("KernelDevices")
struct KernelDevicesTests {
    @Test("a device that exists is known, and one that does not is none")
    func looksAtDevices() throws {
        let devices = KernelDevices()
        let loopback = try #require(try devices.facts(of: "lo", in: nil))
        #expect(loopback.index == 1 && loopback.mtu > 0)
        #expect(try devices.facts(of: "no-such-device", in: nil) == nil)
    }

    @Test("a name that no device can have, and a namespace that is not there, name their field")
    func namesFields() {
        let devices = KernelDevices()
        let name = #expect(throws: Problem.self) { try devices.facts(of: "a/b", in: nil) }
        #expect(name?.status == 400 && name?.field == "device")
        let long = #expect(throws: Problem.self) {
            try devices.facts(of: String(repeating: "x", count: 16), in: nil)
        }
        #expect(long?.status == 400)
        let namespace = #expect(throws: Problem.self) {
            try devices.facts(of: "eth0", in: "no-such-namespace")
        }
        #expect(namespace?.status == 404 && namespace?.field == "netns")
    }

    @Test(
        "each reason of the kernel has its status, and says what to do",
        arguments: [
            (PortError.Reason.invalidName, 400), (.unknownDevice, 404), (.deviceExists, 409),
            (.busy, 409), (.noPrivilege, 403), (.namespaceMissing("g1"), 404),
            (.mtuMismatch(device: 1400, network: 1500), 409), (.notEthernet, 409),
            (.notTAP, 409), (.ingressTaken, 409), (.system(step: "ioctl"), 500),
        ])
    func mapsReasons(reason: PortError.Reason, status: Int) {
        let problem = Problem(PortError(.openTAP, "tap7", reason))
        #expect(problem.status == status && problem.hint?.isEmpty == false)
        #expect(problem.detail.contains("tap7"))
        #expect(problem.field == (status == 404 && reason != .unknownDevice ? "netns" : "device"))
    }

    @Test("an attach of a device that is not there leaves nothing and says so")
    func refusesMissingDevice() {
        var port = StoredPort(device: "no-such-device", mode: .netdev, network: "default")
        port.vm = "a"
        let problem = #expect(throws: Problem.self) {
            _ = try KernelDevices().open(port, mtu: 1500, adopting: false)
        }
        #expect(problem?.status == 404)
        #expect(throws: Never.self) { try KernelDevices().remove(port) }
    }
}
