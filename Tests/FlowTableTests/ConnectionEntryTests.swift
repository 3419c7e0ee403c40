import FlowTable
import Testing

@Suite struct ConnectionEntryTests {
    @Test("what a frame touches is the first line, the lookup the second, the links the third")
    func layout() {
        #expect(MemoryLayout<ConnectionEntry>.size <= ConnectionEntry.stride)
        #expect(ConnectionEntry.stride % 64 == 0)
        #expect(MemoryLayout<ConnectionEntry>.offset(of: \.serial) == 0)
        #expect(MemoryLayout<ConnectionEntry>.offset(of: \.isLive)! < 64)
        #expect(MemoryLayout<ConnectionEntry>.offset(of: \.key) == 64)
        #expect(MemoryLayout<ConnectionEntry>.offset(of: \.next) == 124)
    }

    @Test("the links lie where the lists look for them")
    func links() {
        let wheel = MemoryLayout<ConnectionEntry>.offset(of: \.wheel)
        let quota = MemoryLayout<ConnectionEntry>.offset(of: \.quota)
        #expect(wheel == ConnectionEntry.wheelOffset)
        #expect(quota == ConnectionEntry.quotaOffset)
        #expect(MemoryLayout<IndexLinks>.size == 12)
    }

    @Test("references and records are plain bytes")
    func plainBytes() {
        #expect(MemoryLayout<ConnectionReference>.size == 8)
        #expect(MemoryLayout<ConnectionMatch>.size == 16)
        #expect(MemoryLayout<ConnectionAdmission>.size <= 9)
    }
}
