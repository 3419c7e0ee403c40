/// Finds the name that a misspelled one was probably meant to be.
package enum Spelling {
    /// `did you mean …?` when a candidate is near, else the list of candidates.
    ///
    /// - Parameter kind: what the candidates are, in the plural: `groups`.
    package static func hint(
        for word: String, among candidates: [String], _ kind: String
    ) -> String {
        if let near = nearest(to: word, among: candidates) { return "did you mean `\(near)`?" }
        guard !candidates.isEmpty else { return "this file defines no \(kind)" }
        let shown = candidates.sorted().prefix(12).map { "`\($0)`" }.joined(separator: ", ")
        return "the \(kind) are \(shown)\(candidates.count > 12 ? ", …" : "")"
    }

    /// The candidate with the smallest edit distance, if that is small for the word's length.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        let limit = word.count < 4 ? 1 : 2
        // `echo-request` for `echo`.
        if let whole = candidates.first(where: { word.hasPrefix($0 + "-") }) { return whole }
        return
            candidates
            .map { (distance: distance(word.lowercased(), $0.lowercased()), name: $0) }
            .filter { $0.distance <= limit }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?
            .name
    }

    /// Insertions, deletions, replacements and swaps of neighbours (restricted
    /// Damerau-Levenshtein).
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.utf8)
        let right = Array(right.utf8)
        guard abs(left.count - right.count) <= 2 else { return .max }
        var before = [Int]()
        var above = Array(0...right.count)
        for (row, first) in left.enumerated() {
            var current = [row + 1]
            for (column, second) in right.enumerated() {
                var cost = min(above[column + 1], current[column]) + 1
                cost = min(cost, above[column] + (first == second ? 0 : 1))
                if row > 0, column > 0, first == right[column - 1], left[row - 1] == second {
                    cost = min(cost, before[column - 1] + 1)
                }
                current.append(cost)
            }
            (before, above) = (above, current)
        }
        return above[right.count]
    }
}
