import Packet
import Testing

@Suite struct FiveTupleTests {
    private let tuple = FiveTuple(
        from: (IPAddress(IPv4Address(rawValue: 0x0a00_0001)), 4_711),
        to: (IPAddress(IPv4Address(rawValue: 0x0a00_0002)), 80), .tcp)

    @Test("a tuple is 40 bytes without padding, so that it can be hashed as five words")
    func hasLayout() {
        #expect(MemoryLayout<FiveTuple>.size == 40)
        #expect(MemoryLayout<FiveTuple>.stride == 40)
        #expect(MemoryLayout<FiveTuple>.alignment == 8)
    }

    @Test("the reversed tuple has ends exchanged, and reversed again is itself")
    func reverses() {
        #expect(tuple.reversed.source == tuple.destination)
        #expect(tuple.reversed.sourcePort == 80 && tuple.reversed.destinationPort == 4_711)
        #expect(tuple.reversed.ipProtocol == .tcp)
        #expect(tuple.reversed != tuple && tuple.reversed.reversed == tuple)
    }

    @Test("a tuple reads as people write it")
    func describes() {
        #expect("\(tuple)" == "tcp 10.0.0.1:4711 -> 10.0.0.2:80")
        let six = FiveTuple(
            from: (IPAddress(high: 0xfd00 << 48, low: 1), 53),
            to: (IPAddress(high: 0xfd00 << 48, low: 2), 99), .udp)
        #expect("\(six)" == "udp [fd00::1]:53 -> [fd00::2]:99")
    }

    @Test("services are numbers in order: protocol, then port or type")
    func ordersServices() {
        #expect(ServiceKey(.tcp, 80).rawValue == 0x06_0050)
        #expect(ServiceKey(.tcp, 65_535) < ServiceKey(.udp, 0))
        #expect(ServiceKey(.udp, 53).ipProtocol == .udp && ServiceKey(.udp, 53).detail == 53)
        #expect(ServiceKey(rawValue: 0xff06_0050) == ServiceKey(.tcp, 80))
        let names = [ServiceKey(.tcp, 80), ServiceKey(.icmp, 8 << 8), ServiceKey(.sctp, 9)]
        #expect(names.map(\.description) == ["tcp/80", "icmp/8", "sctp/9"])
        #expect("\(ServiceKey(IPProtocol(rawValue: 47), 0))" == "proto/47")
    }

    @Test("a network identifier has 24 bits")
    func boundsVNI() {
        #expect(VNI(rawValue: 0xff_ffff)?.description == "16777215")
        #expect(VNI(rawValue: 0x100_0000) == nil)
    }

    @Test("a port number is an index")
    func numbersPorts() {
        #expect(PortNumber(rawValue: 7).index == 7)
        #expect("\(PortNumber(rawValue: 7))" == "7")
    }
}
