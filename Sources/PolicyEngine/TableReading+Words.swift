import Packet

extension PolicyPart {
    /// A row: starts of services, ascending, and what is decided from there.
    struct Line {
        let starts: [UInt32]
        let words: [UInt32]

        /// What the row says of a service; all ones for nothing.
        func word(_ service: ServiceKey) -> UInt32 {
            let place = starts.place(of: service.rawValue + 1)
            return place == 0 ? .max : words[place - 1]
        }
    }

    /// Gives the classes that have a row or chain of their own, with it.
    func forEachEntry(_ body: (_ number: UInt32, _ value: UInt32) -> Void) {
        let size = storage[0]
        if size & Self.denseMark != 0 {
            for number in 0..<size & ~Self.denseMark {
                let value = storage[4 + Int(number)]
                if value != 0 { body(number, value) }
            }
            return
        }
        for slot in stride(from: 4, to: Int(storage[2]), by: 2) {
            let (number, value) = (storage[slot], storage[slot + 1])
            if number != 0, value != 0 { body(number - 1, value) }
        }
    }

    /// Whether every class has a row here, besides its own or in its place.
    var hasCommonRow: Bool { storage[1] != 0 || storage[3] != 0 }

    /// How many words say which classes have a row or chain of their own.
    var mapWordCount: Int { Int(storage[2]) - 4 }

    /// The row of a class in the merged form.
    func row(of number: UInt32) -> UInt32 {
        let value = value(of: number)
        return value == 0 ? storage[3] : value
    }

    /// The rows of a class that has `value` in the map, and that of all classes.
    func lines(_ value: UInt32) -> [Line] {
        var offsets = storage[1] == 0 ? [] : [storage[1]]
        let own = value == 0 ? storage[3] : value
        if own & Self.chainMark != 0 {
            let chain = Int(storage[2] + (own & ~Self.chainMark))
            offsets += storage.elements(chain + 1..<chain + 1 + Int(storage[chain]))
        } else if own != 0 {
            offsets.append(own)
        }
        return offsets.map(line)
    }

    /// The row at an offset of the pool.
    func line(at offset: UInt32) -> Line {
        let start = Int(storage[2] + offset)
        let count = Int(storage[start])
        return Line(
            starts: storage.elements(start + 1..<start + 1 + count),
            words: storage.elements(start + 1 + count..<start + 1 + 2 * count))
    }
}

extension PortBlocks {
    /// The stages that `words` say.
    static func stages(_ words: [UInt64]) -> [Stage] {
        var stages: [Stage] = []
        var place = 1
        while place < words.count {
            let head = words[place]
            let count = Int(head & 0xff)
            stages.append(
                Stage(
                    parts: words[place + 1...place + count].map { UInt32($0) },
                    isMerged: head & mergedMark != 0, fallback: UInt32(head >> 32)))
            place += count + 1
        }
        return stages
    }
}

extension TableStorage<UInt64> {
    /// The words of the stages of an own class in a block of ``PortBlocks``; nil where there are
    /// none.
    func stages(of ownClass: Int) -> [UInt64]? {
        var low = 1
        var high = 1 + Int(self[0])
        while low < high {
            let middle = (low + high) / 2
            if self[middle] >> 32 < UInt64(ownClass) { low = middle + 1 } else { high = middle }
        }
        guard low <= Int(self[0]), self[low] >> 32 == UInt64(ownClass) else { return nil }
        let place = Int(self[low] & 0xffff_ffff)
        var end = place + 1
        for _ in 0..<self[place] { end += 1 + Int(self[end] & 0xff) }
        return elements(place..<end)
    }
}
