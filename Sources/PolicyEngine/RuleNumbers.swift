/// The numbers of a file's rules: they ascend, with some left over between them, so that a rule put
/// in moves few others.
struct RuleNumbers: Equatable, Sendable {
    /// All numbers of the file; the last one is its default's.
    let range: Range<Int>
    /// The number of each rule.
    private(set) var list: [UInt32]

    /// Behind so many rules one number is left over, and more behind the last.
    private static let runLength = 8
    private static let endCount = 8
    /// The most other rules that a change may move.
    private static let movedCountMax = 64

    /// The numbers of `count` rules, from `start` on.
    init(from start: Int, count: Int) {
        list = (0..<count).map { UInt32(start + $0 + $0 / Self.runLength) }
        range = start..<start + count + count / Self.runLength + Self.endCount + 1
    }

    /// The number of the file's default, whether it has one or not.
    var ofDefault: Int { range.upperBound - 1 }

    /// Which rule has this number; nil when none has.
    func index(of number: Int) -> Int? { list.index(holding: UInt32(number)) }

    /// Takes the rules at `old` out and puts `count` others there.
    ///
    /// - Returns: the numbers whose rules may be others now; nil when too many would move.
    mutating func replace(_ old: Range<Int>, with count: Int) -> Range<Int>? {
        var open = old
        var movedCount = 0
        while room(open).count < count + movedCount {
            movedCount += 1
            let canGrow = (left: open.lowerBound > 0, right: open.upperBound < list.count)
            guard movedCount <= Self.movedCountMax, canGrow.left || canGrow.right else {
                return nil
            }
            let isRight = canGrow.right && (movedCount % 2 == 1 || !canGrow.left)
            open =
                isRight
                ? open.lowerBound..<open.upperBound + 1 : open.lowerBound - 1..<open.upperBound
        }
        let room = room(open)
        let newCount = count + movedCount
        let numbers = (0..<newCount).map {
            UInt32(room.lowerBound + $0 * room.count / newCount)
        }
        list.replaceSubrange(open, with: numbers)
        return room
    }

    /// The numbers between those of the rules beside `rules`.
    private func room(_ rules: Range<Int>) -> Range<Int> {
        let first =
            rules.lowerBound == 0 ? range.lowerBound : Int(list[rules.lowerBound - 1]) + 1
        let end = rules.upperBound == list.count ? ofDefault : Int(list[rules.upperBound])
        return first..<end
    }
}
