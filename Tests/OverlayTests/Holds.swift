import Overlay

/// The value itself: `#expect` can look into no value that is not copyable, and calls no mutating
/// method, unless it is the argument of a function.
func holds(_ isTrue: Bool) -> Bool { isTrue }

/// A copy of the bytes in `memory`, if there is any.
func array(_ memory: consuming LockedMemory?) -> [UInt8]? {
    guard let memory else { return nil }
    return memory.bytes.array
}
