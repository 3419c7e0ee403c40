import DataPath
import Packet
import PolicyEngine
import Testing

@Suite struct DropRecordTests {
    @Test("a record takes at most 128 bytes")
    func isSmall() {
        #expect(MemoryLayout<DropRecord>.stride <= 128)
    }

    @Test("a record of which only the reason is known says nothing else")
    func beginsEmpty() {
        let record = DropRecord(.truncated, at: 5, generation: 3)
        #expect(record.timestamp == 5 && record.firstTimestamp == 5 && record.count == 1)
        #expect(record.tuple == nil && record.service == nil && record.vni == nil)
        #expect(record.otherPort == nil && record.egress == nil && record.ingress == nil)
        #expect(record.refusal == nil && record.side == .sender)
        #expect(record.sourceMAC == .zero && record.destinationMAC == .zero)
    }

    @Test("the refusal is the verdict of the end that refused")
    func namesRefusal() {
        var record = DropRecord(.deniedByPolicy, at: 5, generation: 3)
        record.egress = Verdict(.deny, by: RuleID(rawValue: 1))
        record.ingress = Verdict(.reject, by: RuleID(rawValue: 2))
        #expect(record.refusal == nil)
        record.refusingEnd = .egress
        #expect(record.refusal == record.egress)
        record.refusingEnd = .ingress
        #expect(record.refusal == record.ingress)
    }

    @Test("records are equal when everything is, times and number too")
    func compares() {
        let record = DropRecord(.truncated, at: 5, generation: 3)
        #expect(record == DropRecord(.truncated, at: 5, generation: 3))
        #expect(record != DropRecord(.truncated, at: 6, generation: 3))
        #expect(record != DropRecord(.truncated, at: 5, generation: 4))
        #expect(record != DropRecord(.runt, at: 5, generation: 3))
        var counted = record
        counted.count = 2
        #expect(record != counted)
    }
}
