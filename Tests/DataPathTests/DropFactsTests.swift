import DataPath
import Packet
import PolicyEngine
import Testing

@Suite struct DropFactsTests {
    @Test("what is compared as ten words has ten words, and no padding")
    func isPacked() {
        #expect(MemoryLayout<DropFacts>.size == 80 && MemoryLayout<DropFacts>.alignment == 8)
    }

    @Test("verdicts, ends and sides are kept apart, the built-in denial and none, too")
    func keepsVerdicts() {
        let rule = Verdict(.allow, by: RuleID(rawValue: 7))
        for egress in [nil, .denyByDefault, rule] as [Verdict?] {
            for ingress in [nil, .denyByDefault, rule] as [Verdict?] {
                for end in [nil, .egress, .ingress] as [TrafficDirection?] {
                    for side in [DropRecord.Side.receiver, .sender] {
                        var record = DropRecord(.deniedByPolicy, at: 1, generation: 2)
                        (record.egress, record.ingress) = (rule, rule)
                        (record.refusingEnd, record.side) = (.egress, .receiver)
                        (record.egress, record.ingress) = (egress, ingress)
                        (record.refusingEnd, record.side) = (end, side)
                        #expect(record.egress == egress && record.ingress == ingress)
                        #expect(record.refusingEnd == end && record.side == side)
                        #expect(record.generation == 2 && record.reason == .deniedByPolicy)
                    }
                }
            }
        }
    }

    @Test("numbers at the ends of their ranges read back, and can be taken away again")
    func keepsNumbers() {
        var record = DropRecord(.runt, at: 1, generation: .max)
        let services = [0, 0xff_ffff].map { ServiceKey(rawValue: $0) }
        for service in services + [nil] {
            record.service = service
            #expect(record.service == service)
        }
        for vni in [VNI(rawValue: 0), VNI(rawValue: 0xff_ffff), nil] {
            record.vni = vni
            #expect(record.vni == vni)
        }
        for port in [PortNumber(rawValue: 0), PortNumber(rawValue: 1_023), nil] {
            record.otherPort = port
            #expect(record.otherPort == port)
        }
        for address in [IPAddress.unspecifiedIPv4, .linkLocal(.broadcast)] {
            record.tuple = FiveTuple(from: (address, 1), to: (address, 2), .udp)
            #expect(record.tuple?.destination == address)
        }
        record.tuple = nil
        #expect(record.tuple == nil && record.generation == .max)
    }
}
