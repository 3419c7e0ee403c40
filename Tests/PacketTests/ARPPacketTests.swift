import Packet
import Testing

@Suite struct ARPPacketTests {
    @Test("a captured request and reply yield every field")
    func readsCaptured() throws {
        let asks = try CorpusFrame.named("arp-request")
        let request = parse(asks.octets).arp(in: asks.octets.span.bytes)
        #expect(request?.operation == ARPPacket.request)
        #expect(request?.senderHardware.description == "52:54:00:00:00:01")
        #expect(request?.senderProtocol.description == "10.0.0.1")
        #expect(request?.targetProtocol.description == "10.0.0.2")
        #expect(request?.description == "who-has 10.0.0.2 tell 10.0.0.1")
        let tells = try CorpusFrame.named("arp-reply")
        let reply = parse(tells.octets).arp(in: tells.octets.span.bytes)
        #expect(reply?.operation == ARPPacket.reply)
        #expect(reply?.targetHardware.description == "52:54:00:00:00:01")
        #expect(reply?.isProbe == false && reply?.isAnnouncement == false)
        #expect(reply?.description == "10.0.0.2 is-at 52:54:00:00:00:02")
    }

    @Test("probes and announcements are told")
    func tellsProbes() {
        var octets = ParsedFrameTests.arpRequest
        octets.replaceSubrange(14..<18, with: [0, 0, 0, 0])
        #expect(ARPPacket(octets.span.bytes)?.isProbe == true)
        octets.replaceSubrange(14..<18, with: [10, 0, 0, 2])
        #expect(ARPPacket(octets.span.bytes)?.isAnnouncement == true)
    }

    @Test("other frames have no ARP message")
    func refusesOthers() {
        let udp = SampleFrame.of4("", 17, Build.udp(30)).octets
        let isARP = parse(udp).arp(in: udp.span.bytes) != nil
        #expect(!isARP)
    }
}
