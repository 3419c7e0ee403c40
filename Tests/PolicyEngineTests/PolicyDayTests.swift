import Glibc
import PolicyEngine
import Testing

@Suite struct PolicyDayTests {
    @Test("a day has the date, and a date the day, that the C library knows")
    func agreesWithTheCLibrary() throws {
        for number in stride(from: -719_162, through: 2_932_896, by: 97) {
            var time = number * 86_400
            var parts = tm()
            try #require(gmtime_r(&time, &parts) != nil)
            let (year, month) = (Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1)
            let day = PolicyDay(number: number)
            #expect(PolicyDay(year: year, month: month, day: Int(parts.tm_mday)) == day)
            let words = day.description.split(separator: "-").compactMap { Int($0) }
            #expect(words == [year, month, Int(parts.tm_mday)] && day.description.count == 10)
        }
    }

    @Test("a day begins at midnight in UTC")
    func beginsAtMidnight() {
        #expect(PolicyDay(secondsSince1970: 86_399).description == "1970-01-01")
        #expect(PolicyDay(secondsSince1970: 86_400).description == "1970-01-02")
        #expect(PolicyDay(secondsSince1970: -1) < PolicyDay(secondsSince1970: 0))
    }

    @Test("a date that the calendar lacks is no day")
    func refusesDates() {
        for (year, month, day) in [
            (2027, 2, 29), (1900, 2, 29), (2027, 4, 31), (2027, 0, 1), (2027, 13, 1), (2027, 1, 0),
            (2027, 1, 32), (0, 1, 1), (10_000, 1, 1),
        ] {
            #expect(PolicyDay(year: year, month: month, day: day) == nil)
        }
    }
}
