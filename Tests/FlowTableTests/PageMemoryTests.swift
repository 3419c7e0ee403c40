import FlowTable
import Testing

@Suite struct PageMemoryTests {
    @Test("memory is zero at first, and again after it was cleared")
    func zero() throws {
        let memory = try PageMemory(byteCount: 10_000, for: "test")
        let bytes = UnsafeMutableRawBufferPointer(start: memory.base, count: 10_000)
        #expect(bytes.allSatisfy { $0 == 0 })
        for index in bytes.indices { bytes[index] = 0xff }
        memory.clear()
        #expect(bytes.allSatisfy { $0 == 0 })
    }

    @Test("more than there can be is refused with a sentence that says what to do")
    func refusal() {
        do {
            _ = try PageMemory(byteCount: 1 << 50, for: "flow cache")
            Issue.record("a petabyte was granted")
        } catch {
            let sentence =
                "cannot reserve 1125899906842624 bytes for the flow cache "
                + "(Cannot allocate memory): raise the memory limit of the process, "
                + "or configure a smaller table"
            #expect(error.description == sentence)
        }
    }

    @Test("sizes are rounded up to a power of two")
    func rounding() {
        let wanted = [-5, 0, 1, 2, 3, 4, 5, 1_000, 1 << 30]
        #expect(wanted.map(powerOfTwo) == [1, 1, 1, 2, 4, 4, 8, 1_024, 1 << 30])
    }
}
