import PolicyEngine
import Testing

@Suite struct DayGrammarTests {
    private static let hint =
        "write `until 2027-01-31`; the rule holds through the end of that day in UTC"

    @Test(
        "a date that is none is refused with what was meant",
        arguments: [
            ("31.1.2027", "23 `31.1.2027` is not a date | \(hint)"),
            ("2027-1-31", "23 `2027-1-31` is not a date | \(hint)"),
            ("27-01-31", "23 `27-01-31` is not a date | \(hint)"),
            ("2027-01-31T12:00", "23 `2027-01-31T12:00` is not a date | \(hint)"),
            ("tomorrow", "23 `tomorrow` is not a date | \(hint)"),
            ("", "22 expected a date after `until`, found the end of the sentence | \(hint)"),
            (
                "2027-13-01",
                "23 `2027-13-01` names no month | "
                    + "a date is year, month and day, as in `2027-01-31`"
            ),
            (
                "0000-01-01",
                "23 `0000-01-01` names no month | "
                    + "a date is year, month and day, as in `2027-01-31`"
            ),
            (
                "2027-02-29",
                "23 `2027-02-29` is not in the calendar | that month has the days 01 to 28"
            ),
            (
                "2027-06-31",
                "23 `2027-06-31` is not in the calendar | that month has the days 01 to 30"
            ),
        ])
    func refusesDates(date: String, expected: String) {
        let sentence = "allow web -> db until \(date)"
        #expect(ruleFaults(String(sentence.reversed().drop { $0 == " " }.reversed())) == [expected])
    }

    @Test("a leap day is a day", arguments: ["2028-02-29", "2000-02-29", "9999-12-31"])
    func readsLeapDays(date: String) throws {
        let file = try policy("policy: x\nfor: any\nrules:\n- pass any -> any until \(date)\n")
        #expect(file.rules[0].lastDay?.value.description == date)
    }
}
