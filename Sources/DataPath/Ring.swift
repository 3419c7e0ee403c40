import Synchronization

/// A bounded queue from one writing thread to one reading thread.
///
/// - Shape: a power of two of slots; two cursors that only grow, each written by one side.
/// - Full: ``push(_:)`` says so and changes nothing; what that means is the caller's business.
/// - Thread: one writer, one reader; neither waits. Safe to share because each slot is written
///   before the cursor that publishes it is stored (releasing), and read after it was loaded
///   (acquiring).
@safe package final class Ring<Element: BitwiseCopyable>: @unchecked Sendable {
    private let slots: UnsafeMutablePointer<Element>
    private let mask: Int
    private let written = Atomic<Int>(0)
    private let read = Atomic<Int>(0)

    /// A ring of at least `capacity` slots.
    package init(capacity: Int) {
        var count = 2
        while count < capacity { count *= 2 }
        mask = count - 1
        unsafe slots = .allocate(capacity: count)
    }

    deinit { unsafe slots.deallocate() }

    /// Whether an element fits; only the reader can change that. Asked by the writer alone.
    var hasRoom: Bool {
        written.load(ordering: .relaxed) &- read.load(ordering: .acquiring) <= mask
    }

    /// Appends `element`; false when the ring is full. Called by the writer alone.
    package func push(_ element: Element) -> Bool {
        let cursor = written.load(ordering: .relaxed)
        guard cursor &- read.load(ordering: .acquiring) <= mask else { return false }
        unsafe (slots + (cursor & mask)).initialize(to: element)
        written.store(cursor &+ 1, ordering: .releasing)
        return true
    }

    /// The oldest element, removed; nil when the ring is empty. Called by the reader alone.
    package func pop() -> Element? {
        let cursor = read.load(ordering: .relaxed)
        guard cursor != written.load(ordering: .acquiring) else { return nil }
        let element = unsafe slots[cursor & mask]
        read.store(cursor &+ 1, ordering: .releasing)
        return element
    }
}
