/// The raw memory of one snapshot: filled while it is built, freed whole with it.
///
/// A class, because a failed build and a finished snapshot free it in the same way.
@safe package final class SnapshotArena {
    // Safe: what it hands out is the callers' to use within the count they asked for.

    /// An empty arena.
    package init() {}

    private var blocks: [UnsafeMutableRawPointer] = unsafe []

    /// An array of `count` copies of `value`; never empty, so that the pointer is always valid.
    func make<Element: BitwiseCopyable>(
        repeating value: Element, count: Int
    ) -> UnsafeMutablePointer<Element> {
        let elements = UnsafeMutablePointer<Element>.allocate(capacity: max(count, 1))
        unsafe elements.initialize(repeating: value, count: max(count, 1))
        unsafe blocks.append(UnsafeMutableRawPointer(elements))
        return unsafe elements
    }

    /// A copy of `elements`, or a null pointer when there are none.
    func copy<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafePointer<Element>? {
        guard let first = elements.first else { return nil }
        let copy = unsafe make(repeating: first, count: elements.count)
        for (index, element) in elements.enumerated() { unsafe copy[index] = element }
        return unsafe UnsafePointer(copy)
    }

    deinit {
        while let block = unsafe blocks.popLast() { unsafe block.deallocate() }
    }
}
