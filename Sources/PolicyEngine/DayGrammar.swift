/// `DATE`, a day as in `2027-01-31`, with a message for each way to get one wrong.
enum DayGrammar {
    static func day(_ reader: inout TokenReader) throws(SyntaxFault) -> Located<PolicyDay> {
        let hint = "write `until 2027-01-31`; the rule holds through the end of that day in UTC"
        guard let word = reader.next.word else {
            throw reader.unexpected("a date after `until`", hint: hint)
        }
        let position = reader.take().position
        guard let (year, month, day) = numbers(word) else {
            throw SyntaxFault(at: position, "`\(word)` is not a date", hint: hint)
        }
        if let date = PolicyDay(year: year, month: month, day: day) {
            return Located(date, at: position)
        }
        guard let dayCount = PolicyDay.dayCount(ofMonth: month, in: year) else {
            throw SyntaxFault(
                at: position, "`\(word)` names no month",
                hint: "a date is year, month and day, as in `2027-01-31`")
        }
        throw SyntaxFault(
            at: position, "`\(word)` is not in the calendar",
            hint: "that month has the days 01 to \(dayCount)")
    }

    /// The three numbers of `YYYY-MM-DD`.
    private static func numbers(_ word: String) -> (year: Int, month: Int, day: Int)? {
        let parts = word.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2],
            parts.allSatisfy({ $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        return (year, month, day)
    }
}
