/// Memory of a fixed number of elements, filled once and freed with its owner.
@safe struct TableStorage<Element: BitwiseCopyable>: ~Copyable {
    let base: UnsafePointer<Element>
    let count: Int

    /// A copy of `elements`.
    init(_ elements: [Element]) { self.init([elements]) }

    /// A copy of `pieces`, one after another.
    init(_ pieces: [[Element]]) {
        count = pieces.reduce(0) { $0 + $1.count }
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(count, 1))
        var place = unsafe memory
        for piece in pieces {
            unsafe piece.withUnsafeBufferPointer { elements in
                guard let start = elements.baseAddress else { return }
                unsafe place.initialize(from: start, count: elements.count)
            }
            unsafe place += piece.count
        }
        unsafe base = UnsafePointer(memory)
    }

    deinit { unsafe base.deallocate() }

    var byteCount: Int { count * MemoryLayout<Element>.stride }

    /// A copy of some elements, with room for more.
    func elements(_ range: Range<Int>, reserving room: Int = 0) -> [Element] {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        var elements: [Element] = []
        elements.reserveCapacity(range.count + room)
        unsafe elements.append(
            contentsOf: UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
        return elements
    }

    subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count)
        return unsafe base[index]
    }
}

// SAFETY: nothing writes to the memory after `init`, and it lives as long as its only owner.
extension TableStorage: @unchecked Sendable {}

/// A ``TableStorage`` that several compiled policies share.
final class SharedStorage<Element: BitwiseCopyable>: Sendable {
    let storage: TableStorage<Element>

    init(_ elements: [Element]) { storage = TableStorage(elements) }
}
