/// Memory of a fixed number of elements, filled once and freed with its owner.
@safe struct TableStorage<Element: BitwiseCopyable>: ~Copyable {
    let base: UnsafePointer<Element>
    let count: Int

    /// A copy of `elements`.
    init(_ elements: [Element]) {
        count = elements.count
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(count, 1))
        for (index, element) in elements.enumerated() {
            unsafe (memory + index).initialize(to: element)
        }
        unsafe base = UnsafePointer(memory)
    }

    deinit { unsafe base.deallocate() }

    var byteCount: Int { count * MemoryLayout<Element>.stride }
}

// SAFETY: nothing writes to the memory after `init`, and it lives as long as its only owner.
extension TableStorage: @unchecked Sendable {}
