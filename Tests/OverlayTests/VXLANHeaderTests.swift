import Overlay
import Packet
import Testing

@Suite struct VXLANHeaderTests {
    private let vni = VNI(rawValue: 0xabcdef)!

    @Test("the bytes are those of Linux' vxlan with gbp")
    func hasLinuxLayout() {
        #expect(VXLANHeader(vni).rawValue == 0x0800_0000_abcd_ef00)
        #expect(VXLANHeader(vni, group: 0x1234).rawValue == 0x8800_1234_abcd_ef00)
        let judged = VXLANHeader(vni, group: 0, policyIsApplied: true)
        #expect(judged.rawValue == 0x8808_0000_abcd_ef00)
    }

    @Test("what was written is read")
    func readsItself() {
        for group in [nil, 0, 1, 0x8000, 0xffff] as [UInt16?] {
            for isApplied in [false, true] {
                let header = VXLANHeader(vni, group: group, policyIsApplied: isApplied)
                #expect(header.vni == vni && header.group == group)
                #expect(header.policyIsApplied == isApplied)
            }
        }
    }

    @Test("without the I bit there is no network, without the G bit no group")
    func needsFlags() {
        #expect(VXLANHeader(rawValue: 0x8000_1234_abcd_ef00).vni == nil)
        #expect(VXLANHeader(rawValue: 0x0800_1234_abcd_ef00).group == nil)
    }

    @Test("reserved bits are ignored (RFC 7348 §5)")
    func ignoresReserved() {
        let header = VXLANHeader(rawValue: 0xfff7_1234_abcd_efff)
        #expect(header.vni == vni && header.group == 0x1234 && !header.policyIsApplied)
    }
}
