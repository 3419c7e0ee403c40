/// What `valgrind --tool=callgrind` counted: instructions by function, without those of callees.
struct CallgrindProfile {
    private(set) var instructions: [String: Int] = [:]

    /// Reads a callgrind output file (its format: valgrind manual, "Callgrind Format
    /// Specification").
    init(_ text: String) {
        var names: [Substring: Substring] = [:]
        var function = ""
        var isCallCost = false
        for line in text.split(separator: "\n") {
            if line.hasPrefix("fn=") {
                function = String(Self.name(line.dropFirst(3), &names))
            } else if line.hasPrefix("cfn=") {
                _ = Self.name(line.dropFirst(4), &names)
            } else if line.hasPrefix("calls=") {
                isCallCost = true  // the next line is what the callee took
            } else if let cost = Self.cost(line) {
                if !isCallCost { instructions[function, default: 0] += cost }
                isCallCost = false
            }
        }
    }

    /// The instructions of all functions of these modules, by the front of their mangled names.
    func instructions(of modules: [String]) -> Int {
        let fronts = modules.map { "$s\($0.utf8.count)\($0)" }
        return instructions.reduce(0) { sum, entry in
            fronts.contains { entry.key.hasPrefix($0) } ? sum + entry.value : sum
        }
    }

    /// `(12) name` names a function for the first time, `(12)` later on.
    private static func name(
        _ word: Substring, _ names: inout [Substring: Substring]
    ) -> Substring {
        guard let end = word.firstIndex(of: ")") else { return word }
        let number = word[...end]
        let rest = word[word.index(after: end)...].drop { $0 == " " }
        if !rest.isEmpty { names[number] = rest }
        return names[number] ?? ""
    }

    /// `+3 17` or `120 17`: a position and a cost.
    private static func cost(_ line: Substring) -> Int? {
        guard let first = line.first, first.isNumber || "+-*".contains(first) else { return nil }
        let words = line.split(separator: " ")
        return words.count == 2 ? Int(words[1]) : nil
    }
}
