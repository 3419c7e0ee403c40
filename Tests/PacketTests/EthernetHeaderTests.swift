import Packet
import Testing

@Suite struct EthernetHeaderTests {
    @Test("a header yields addresses and type")
    func reads() {
        let octets = Build.ethernet(0x86dd, [])
        let header = EthernetHeader(octets.span.bytes)
        #expect(header?.destination == MACAddress("52:54:00:00:00:02"))
        #expect(header?.source == MACAddress("52:54:00:00:00:01"))
        #expect(header?.etherType == .ipv6)
        #expect(header?.description == "52:54:00:00:00:01 > 52:54:00:00:00:02 ipv6")
        let isShortAccepted = EthernetHeader(octets.span.bytes.extracting(first: 13)) != nil
        #expect(!isShortAccepted)
    }

    @Test("of all 65,536 types three are carried and three are tags")
    func tellsTypes() {
        var (carried, tags) = ([] as [UInt16], [] as [UInt16])
        for type in UInt16.min...UInt16.max {
            switch parse(Build.ethernet(type, [])).fault {
            case .etherType: break
            case .vlanTagged: tags.append(type)
            default: carried.append(type)
            }
        }
        #expect(carried == [0x0800, 0x0806, 0x86dd])
        #expect(tags == [0x8100, 0x88a8, 0x9100])
    }

    @Test("types are named")
    func describes() {
        #expect(
            "\(EtherType.ipv4) \(EtherType.arp) \(EtherType(rawValue: 0x88cc))" == "ipv4 arp 0x88cc"
        )
    }
}
