/// Gives equal values one number, counted from 0 (hash-consing).
///
/// What was frozen is shared by all copies: a copy costs what was added since.
struct Interner<Value: Hashable & Sendable>: Sendable {
    /// The values up to the last freezing.
    private final class Base: Sendable {
        let values: [Value]
        let numbers: [Value: Int]

        init(_ values: [Value], _ numbers: [Value: Int]) {
            self.values = values
            self.numbers = numbers
        }
    }

    private var base = Base([], [:])
    private var added: [Value] = []
    private var numbers: [Value: Int] = [:]

    var count: Int { base.values.count + added.count }

    /// How many values were added since the last freezing.
    var addedCount: Int { added.count }

    /// All values; their cost is that of a copy once something was frozen.
    var values: [Value] { base.values.isEmpty ? added : base.values + added }

    subscript(number: Int) -> Value {
        number < base.values.count ? base.values[number] : added[number - base.values.count]
    }

    /// The number of a value that was interned.
    func find(_ value: Value) -> Int? { base.numbers[value] ?? numbers[value] }

    /// Makes room for values.
    mutating func reserve(_ count: Int) { numbers.reserveCapacity(count) }

    /// Adds a value that will not be looked for.
    mutating func append(_ value: Value) -> Int {
        added.append(value)
        return count - 1
    }

    mutating func number(of value: Value) -> Int {
        if let number = find(value) { return number }
        let number = count
        numbers[value] = number
        added.append(value)
        return number
    }

    /// Makes further copies cheap.
    mutating func freeze() {
        guard !added.isEmpty else { return }
        if base.values.isEmpty {
            base = Base(added, numbers)
        } else {
            base = Base(base.values + added, base.numbers.merging(numbers) { first, _ in first })
        }
        added = []
        numbers = [:]
    }
}
