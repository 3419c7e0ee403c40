/// The parts of a policy, each at a place of its own.
struct PartStore: Sendable {
    private(set) var parts: [PolicyPart] = []
    private var indices: [PolicyPart.Key: UInt32] = [:]
    private(set) var byteCount = 0

    subscript(index: UInt32) -> PolicyPart { parts[Int(index)] }

    func index(of key: PolicyPart.Key) -> UInt32? { indices[key] }

    /// Adds a part whose key is new.
    mutating func add(_ part: PolicyPart) -> UInt32 {
        let index = UInt32(parts.count)
        parts.append(part)
        indices[part.key] = index
        byteCount += part.byteCount
        return index
    }

    /// Puts another part of the same key in the place of one.
    mutating func replace(_ index: UInt32, by part: PolicyPart) {
        byteCount += part.byteCount - parts[Int(index)].byteCount
        parts[Int(index)] = part
    }
}
