#if canImport(Packet)
    import Packet
#endif

/// A buffer slot of its own for one frame, with a guard behind it that shows writes beyond its end.
final class Slot {
    private let memory: UnsafeMutableRawBufferPointer
    private let capacity: Int
    private static let front = Frame.headroomByteCount + VirtioNetHeader.byteCount
    private static let guardByteCount = 16
    private static let guardByte: UInt8 = 0xa5

    /// The frame, as long as its bytes; or scratch space of that size.
    let frame: Frame

    /// A slot that holds `bytes`.
    init(_ bytes: [UInt8], _ virtio: VirtioNetHeader = VirtioNetHeader()) {
        capacity = bytes.count
        memory = .allocate(
            byteCount: Self.front + capacity + Self.guardByteCount, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: Self.guardByte)
        frame = Frame(base: memory.baseAddress! + Self.front, byteCount: capacity)
        UnsafeMutableRawBufferPointer(start: frame.base, count: capacity).copyBytes(from: bytes)
        frame.virtio = virtio
    }

    /// A slot with room for `capacity` bytes.
    convenience init(capacity: Int) {
        self.init([UInt8](repeating: 0xee, count: capacity))
    }

    deinit { memory.deallocate() }

    /// Whether headroom and guard are untouched.
    var isIntact: Bool {
        let isHeadIntact = memory[..<Frame.headroomByteCount].allSatisfy { $0 == Self.guardByte }
        return isHeadIntact
            && memory[(Self.front + capacity)...].allSatisfy { $0 == Self.guardByte }
    }
}

extension Frame {
    /// The frame's bytes, copied.
    var octets: [UInt8] { [UInt8](UnsafeRawBufferPointer(start: base, count: byteCount)) }
}
