import Packet

/// The sets of services that rows let pass, each distinct set with one number.
struct PassSets: Sendable {
    /// The number of the empty set.
    static let none = 0 as Int32
    /// The number of the set of all services: what an end that nobody judges lets pass.
    static let all = 1 as Int32

    private let reading: TableReading
    private var interner = Interner<ServiceSet>()
    private var numberOfRow: [TableReading.Row: Int32] = [:]
    /// The same for rows of the merged form, most by far: by part and row, in one word.
    private var numberOfMerged: [UInt64: Int32] = [:]

    init(_ reading: TableReading) {
        self.reading = reading
        _ = interner.number(of: .none)
        _ = interner.number(of: .all)
    }

    var values: [ServiceSet] { interner.values }

    /// The set with this number.
    func value(_ number: Int32) -> ServiceSet { interner[Int(number)] }

    mutating func number(of row: TableReading.Row) -> Int32 {
        if case .merged(let part, let place) = row {
            let key = UInt64(part) << 32 | UInt64(place)
            if let known = numberOfMerged[key] { return known }
            let number = number(of: reading.passing(row))
            numberOfMerged[key] = number
            return number
        }
        if let known = numberOfRow[row] { return known }
        let number = number(of: reading.passing(row))
        numberOfRow[row] = number
        return number
    }

    /// The number of the union of the sets with these numbers.
    mutating func number(ofUnion numbers: [Int32]) -> Int32 {
        number(of: ServiceSet.union(of: numbers.map { value($0) }))
    }

    private mutating func number(of set: ServiceSet) -> Int32 { Int32(interner.number(of: set)) }
}

/// The distinct tables by which the ends of one network decide in one direction, numbered.
struct PassTables: Sendable {
    /// The table of an end that nobody judges.
    static let open = 0

    let direction: TrafficDirection
    private var numbers: [TableReading.Peers: Int] = [:]
    /// The tables but for the open one; the first has the number 1.
    private(set) var judged: [TableReading.Peers] = []

    init(_ direction: TrafficDirection) { self.direction = direction }

    /// How many there are; the open one is counted.
    var count: Int { judged.count + 1 }

    /// The number of the table with which an end decides.
    mutating func number(of peers: TableReading.Peers) -> Int {
        if let number = numbers[peers] { return number }
        judged.append(peers)
        numbers[peers] = judged.count
        return judged.count
    }
}
