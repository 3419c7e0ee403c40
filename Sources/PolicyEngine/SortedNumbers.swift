extension RandomAccessCollection where Element == UInt32 {
    /// The first place whose number is not below `number`; the collection ascends.
    func place(of number: UInt32) -> Index {
        var low = startIndex
        var count = count
        while count > 0 {
            let half = count / 2
            let middle = index(low, offsetBy: half)
            if self[middle] < number {
                low = index(after: middle)
                count -= half + 1
            } else {
                count = half
            }
        }
        return low
    }

    /// The place of `number`; nil when the collection, which ascends, does not hold it.
    func index(holding number: UInt32) -> Index? {
        let place = place(of: number)
        return place < endIndex && self[place] == number ? place : nil
    }

    /// Whether an ascending collection holds `number`.
    func holds(_ number: UInt32) -> Bool { index(holding: number) != nil }
}

extension [UInt32] {
    /// Adds `number` in its place, once.
    mutating func insertOnce(_ number: UInt32) {
        let place = place(of: number)
        if place == endIndex || self[place] != number { insert(number, at: place) }
    }

    /// Takes `number` out.
    mutating func removeOnce(_ number: UInt32) {
        if let place = index(holding: number) { remove(at: place) }
    }

    /// The members of one of two ascending lists alone, ascending, with what they cost together;
    /// nil when that is `limit` or more.
    func difference(
        from other: [UInt32], costingBelow limit: Int, _ cost: (UInt32) -> Int
    ) -> (members: [UInt32], cost: Int)? {
        var (members, sum) = ([] as [UInt32], 0)
        var (index, otherIndex) = (0, 0)
        while index < count || otherIndex < other.count {
            let mine = index < count ? self[index] : .max
            let theirs = otherIndex < other.count ? other[otherIndex] : .max
            index += mine <= theirs ? 1 : 0
            otherIndex += theirs <= mine ? 1 : 0
            guard mine != theirs else { continue }
            sum += cost(Swift.min(mine, theirs))
            guard sum < limit else { return nil }
            members.append(Swift.min(mine, theirs))
        }
        return sum < limit ? (members, sum) : nil
    }

    /// The members of either list, each once, ascending.
    func union(_ other: some RandomAccessCollection<UInt32>) -> [UInt32] {
        if other.isEmpty { return self }
        if isEmpty { return Array(other) }
        var all = self
        all.append(contentsOf: other)
        all.sort()
        var kept: [UInt32] = []
        kept.reserveCapacity(all.count)
        for number in all where kept.last != number { kept.append(number) }
        return kept
    }
}
