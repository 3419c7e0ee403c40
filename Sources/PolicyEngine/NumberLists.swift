/// Lists of numbers, each stored once and known by its own number, counted from 0 (hash-consing).
///
/// - Shape: flat arrays of words, so that a copy is a copy of memory and nothing else.
/// - Cost: adding or finding a list is linear in its length; a secret keeps anyone from choosing
///   lists that collide.
struct NumberLists: Sendable {
    private var items: [UInt32] = []
    private var ends: [UInt32] = []
    private var slots = [UInt32](repeating: 0, count: 64)
    private let secret: UInt64

    init() {
        var random = SystemRandomNumberGenerator()
        secret = random.next() | 1
    }

    /// How many lists there are.
    var count: Int { ends.count }

    /// How many numbers all lists hold.
    var itemCount: Int { items.count }

    /// The list with this number.
    subscript(number: Int) -> ArraySlice<UInt32> {
        items[(number == 0 ? 0 : Int(ends[number - 1]))..<Int(ends[number])]
    }

    /// The number of `list`, a new one for a new list.
    mutating func number(of list: ArraySlice<UInt32>) -> Int {
        var place = place(of: list)
        while slots[place] != 0 {
            let number = Int(slots[place]) - 1
            if self[number] == list { return number }
            place = (place + 1) & (slots.count - 1)
        }
        items.append(contentsOf: list)
        ends.append(UInt32(items.count))
        slots[place] = UInt32(count)
        if count * 2 > slots.count { grow() }
        return count - 1
    }

    private func place(of list: ArraySlice<UInt32>) -> Int {
        var hash = secret ^ UInt64(list.count)
        for item in list {
            let product = (hash ^ UInt64(item)).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
            hash = (product.high ^ product.low) &+ secret
        }
        return Int(truncatingIfNeeded: hash >> 20) & (slots.count - 1)
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 4)
        for number in 0..<count {
            var place = place(of: self[number])
            while slots[place] != 0 { place = (place + 1) & (slots.count - 1) }
            slots[place] = UInt32(number + 1)
        }
    }
}
