/// A member's place in one of several doubly linked lists of indices. Zero means none throughout.
package struct IndexLinks: BitwiseCopyable {
    package var next: UInt32
    package var previous: UInt32
    /// The list's number plus one; zero while the member is in no list.
    package var list: UInt32
}

/// The two ends of a list; zero when it is empty.
package struct IndexList: BitwiseCopyable {
    package var first: UInt32
    package var last: UInt32
}

/// A view of several lists whose links lie inside the members, found by index and stride: joining
/// and leaving cost O(1), and no list needs memory of its own.
///
/// - A member is in at most one list of the group. Index 0 is no member.
/// - Thread: whoever holds the lock that guards the heads and this group's links.
@safe package struct IndexLists: BitwiseCopyable {
    /// The heads, one for each list.
    package let heads: UnsafeMutablePointer<IndexList>
    /// Where the links of index 0 would lie.
    package let links: UnsafeMutableRawPointer
    /// The distance from one member's links to the next one's.
    package let stride: Int

    /// The lists of these heads and links, all zeroed at first.
    package init(
        heads: UnsafeMutablePointer<IndexList>, links: UnsafeMutableRawPointer, stride: Int
    ) {
        unsafe self.heads = unsafe heads
        unsafe self.links = unsafe links
        self.stride = stride
    }

    package func first(of list: Int) -> UInt32 { unsafe heads[list].first }

    /// Adds `index`, which is in no list, at the end of `list`.
    package func append(_ index: UInt32, to list: Int) {
        let last = unsafe heads[list].last
        unsafe self[index].pointee = IndexLinks(
            next: 0, previous: last, list: UInt32(truncatingIfNeeded: list &+ 1))
        if last == 0 {
            unsafe heads[list].first = index
        } else {
            unsafe self[last].pointee.next = index
        }
        unsafe heads[list].last = index
    }

    /// Takes `index` out of the list it is in, if any.
    package func remove(_ index: UInt32) {
        let links = unsafe self[index].pointee
        guard links.list != 0 else { return }
        let head = unsafe heads + (Int(links.list) &- 1)
        if links.previous == 0 {
            unsafe head.pointee.first = links.next
        } else {
            unsafe self[links.previous].pointee.next = links.next
        }
        if links.next == 0 {
            unsafe head.pointee.last = links.previous
        } else {
            unsafe self[links.next].pointee.previous = links.previous
        }
        unsafe self[index].pointee = IndexLinks(next: 0, previous: 0, list: 0)
    }

    private subscript(_ index: UInt32) -> UnsafeMutablePointer<IndexLinks> {
        unsafe (links + Int(index) &* stride).assumingMemoryBound(to: IndexLinks.self)
    }
}
