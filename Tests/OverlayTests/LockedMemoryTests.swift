import Glibc
import Overlay
import Testing

@Suite struct LockedMemoryTests {
    @Test("new memory is zero, and holds what is stored")
    func stores() {
        var memory = LockedMemory(byteCount: 40)
        #expect(memory.bytes.array == [UInt8](repeating: 0, count: 40))
        memory.store([1, 2, 3].raw, at: 37)
        memory[0] = 9
        #expect(memory.bytes.array == [9] + [UInt8](repeating: 0, count: 36) + [1, 2, 3])
        #expect(memory[38] == 2)
    }

    @Test("memory is equal to memory with the same bytes only")
    func compares() {
        let text = [UInt8](0..<32)
        let memory = LockedMemory(copying: text.raw)
        #expect(holds(memory.equals(LockedMemory(copying: text.raw))))
        for (bit, other) in text.flips {
            #expect(holds(!memory.equals(LockedMemory(copying: other.raw))), "bit \(bit)")
        }
        #expect(holds(!memory.equals(LockedMemory(copying: [UInt8](0..<31).raw))))
    }

    /// The kernel's view of the mapping that `address` lies in: /proc/self/smaps, its VmFlags line.
    private func flags(at address: UInt) -> [Substring] {
        let file = fopen("/proc/self/smaps", "r")!
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 4096)
        var isInside = false
        while fgets(&line, CInt(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8($0) }, as: UTF8.self)
            let ends = text.prefix { $0 != " " }.split(separator: "-").map { UInt($0, radix: 16) }
            if ends.count == 2, let low = ends[0], let high = ends[1] {
                isInside = low <= address && address < high
            }
            if isInside, text.hasPrefix("VmFlags:") {
                return text.split { $0 == " " || $0 == "\n" }
            }
        }
        return []
    }

    @Test("the pages are locked and left out of core dumps")
    func isLocked() {
        let memory = LockedMemory(byteCount: 32)
        let address = memory.bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
        let flags = flags(at: address)
        #expect(flags.contains("dd"), "\(flags)")
        #expect(flags.contains("lo") == LockedMemory.isLocked, "\(flags)")
    }

    @Test("the bytes are wiped when the memory is given back")
    func wipes() {
        // The heap itself stays mapped, so its freed bytes can be looked at.
        let secret = [UInt8](repeating: 0xa5, count: 64)
        func use() -> UnsafeRawPointer {
            let memory = LockedMemory(copying: secret.raw)
            return memory.bytes.withUnsafeBytes { $0.baseAddress! }
        }
        let freed = UnsafeRawBufferPointer(start: use(), count: 64)
        #expect(!freed.contains(0xa5))
    }
}
