import Packet
import PolicyEngine
import Telemetry
import Testing

@Suite struct PortSecurityDiscoveryTests {
    private static let own = "fd00::1", local = "fe80::5054:ff:fe00:1", other = "fd00::2"
    private static let mac = SpoofFrame.mac, otherMAC = SpoofFrame.otherMAC

    private func message(
        _ type: UInt8, _ ends: (from: String, to: String), _ target: String = "::",
        _ options: [(type: UInt8, mac: MACAddress)] = []
    ) throws -> [UInt8] {
        SpoofFrame.Discovery(
            type: type, source: try ip(ends.from), destination: try ip(ends.to),
            target: try ip(target), options: options
        ).frame
    }

    private func fault(_ frame: [UInt8], labels: [String: String] = [:]) throws -> DropReason? {
        let binding = try PortSecurityTests.bound([Self.own]).entitled(by: labels)
        return try PortSecurityTests.fault(frame, binding)
    }

    @Test("solicitations and advertisements about oneself pass")
    func admitsOwn() throws {
        let node = "ff02::1:ff00:1"
        let others = "ff02::1:ff00:2"
        let frames = try [
            message(135, (Self.own, others), Self.other, [(1, Self.mac)]),
            message(135, (Self.local, Self.other), Self.other),
            message(135, ("::", node), Self.own), message(135, ("::", node), Self.local),
            message(136, (Self.own, "ff02::1"), Self.own, [(2, Self.mac)]),
            message(136, (Self.local, Self.other), Self.local, [(2, Self.mac)]),
            message(136, (Self.own, Self.other), Self.own),
            message(133, (Self.local, "ff02::2"), "::", [(1, Self.mac)]),
            message(133, ("::", "ff02::2")),
        ]
        for (index, frame) in frames.enumerated() { #expect(try fault(frame) == nil, "\(index)") }
    }

    @Test("each lie about oneself is refused")
    func refusesLies() throws {
        let node = "ff02::1:ff00:2"
        let frames = try [
            message(135, (Self.own, node), Self.other, [(1, Self.otherMAC)]),
            message(135, (Self.own, node), Self.other, [(2, Self.otherMAC)]),
            message(135, ("::", node), Self.other),
            message(136, (Self.own, "ff02::1"), Self.other, [(2, Self.mac)]),
            message(136, (Self.own, "ff02::1"), Self.own, [(2, Self.otherMAC)]),
            message(136, (Self.own, "ff02::1"), Self.own, [(1, Self.otherMAC)]),
            message(136, ("::", "ff02::1"), Self.own, [(2, Self.mac)]),
            message(133, (Self.local, "ff02::2"), "::", [(1, Self.otherMAC)]),
            message(133, (Self.local, "ff02::2"), "::", [(2, Self.otherMAC)]),
        ]
        for (index, frame) in frames.enumerated() {
            #expect(try fault(frame) == .spoofedND, "\(index)")
        }
        let spoofed = try message(135, (Self.other, "ff02::1:ff00:1"), Self.own, [(1, Self.mac)])
        #expect(try fault(spoofed) == .spoofedIP)
    }

    @Test("only an entitled port may advertise itself as a router, or redirect")
    func refusesRogueRouters() throws {
        let frames = try [
            message(134, (Self.local, "ff02::1"), "::", [(1, Self.mac)]),
            message(137, (Self.local, Self.other), "fe80::9", [(2, Self.otherMAC)]),
        ]
        for frame in frames {
            #expect(try fault(frame) == .rogueRouter)
            #expect(try fault(frame, labels: ["vswitch/router": "false"]) == .rogueRouter)
            #expect(try fault(frame, labels: ["vswitch/router": "true"]) == nil)
        }
        let lie = try message(134, (Self.local, "ff02::1"), "::", [(1, Self.otherMAC)])
        #expect(try fault(lie, labels: ["vswitch/router": "true"]) == .spoofedND)
    }
}
