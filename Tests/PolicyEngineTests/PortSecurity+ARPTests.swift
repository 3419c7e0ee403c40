import Packet
import PolicyEngine
import Telemetry
import Testing

@Suite struct PortSecurityARPTests {
    private static let own = "10.0.0.1", other = "10.0.0.2"

    /// An ARP message: operation, sender's address and target's address.
    private func arp(_ operation: UInt16, _ sender: String, _ target: String) throws
        -> SpoofFrame.ARP
    {
        SpoofFrame.ARP(operation: operation, senderIP: try ip(sender), targetIP: try ip(target))
    }

    @Test(
        "requests, replies, probes and announcements of the bound address pass",
        arguments: [
            (1, own, other), (2, own, other), (1, own, own), (2, own, own), (1, "0.0.0.0", own),
        ] as [(UInt16, String, String)])
    func admitsOwn(operation: UInt16, sender: String, target: String) throws {
        let frame = try arp(operation, sender, target).frame
        #expect(try PortSecurityTests.fault(frame, PortSecurityTests.bound([Self.own])) == nil)
    }

    @Test(
        "each lie about the sender is refused",
        arguments: [
            (1, other, own), (2, other, own), (1, other, other), (2, other, other),
            (1, "0.0.0.0", other), (2, "0.0.0.0", own), (1, "127.0.0.1", own),
        ] as [(UInt16, String, String)])
    func refusesLies(operation: UInt16, sender: String, target: String) throws {
        let frame = try arp(operation, sender, target).frame
        let bound = try PortSecurityTests.bound([Self.own])
        #expect(try PortSecurityTests.fault(frame, bound) == .spoofedARP)
    }

    @Test("the sender's MAC must be the bound one, in the message as in the frame")
    func refusesOtherMACs() throws {
        let bound = try PortSecurityTests.bound([Self.own])
        var message = try arp(1, Self.own, Self.other)
        message.sender = SpoofFrame.otherMAC
        #expect(try PortSecurityTests.fault(message.frame, bound) == .spoofedARP)
        message.source = SpoofFrame.otherMAC
        #expect(try PortSecurityTests.fault(message.frame, bound) == .spoofedMAC)
        message.sender = SpoofFrame.mac
        #expect(try PortSecurityTests.fault(message.frame, bound) == .spoofedMAC)
    }

    @Test("a port without IPv4 may not use ARP; one of every address may, as a host")
    func followsTheBinding() throws {
        let frame = try arp(1, Self.own, Self.other).frame
        for addresses in [[], ["fd00::1"]] as [[String]] {
            let bound = try PortSecurityTests.bound(addresses)
            #expect(try PortSecurityTests.fault(frame, bound) == .spoofedARP)
        }
        let any = try PortSecurityTests.bound([], anyAddress: true)
        #expect(try PortSecurityTests.fault(frame, any) == nil)
        #expect(try PortSecurityTests.fault(arp(1, "0.0.0.0", Self.other).frame, any) == nil)
        let loopback = try arp(1, "127.0.0.1", Self.other).frame
        #expect(try PortSecurityTests.fault(loopback, any) == .spoofedARP)
    }
}
