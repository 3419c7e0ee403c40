/// A day of the Gregorian calendar in UTC.
public struct PolicyDay: Hashable, Sendable, Comparable {
    /// The days since 1970-01-01.
    public let number: Int

    /// The day that many days after 1970-01-01.
    public init(number: Int) { self.number = number }

    /// The day of an instant, given in seconds since 1970 (CLOCK_REALTIME).
    public init(secondsSince1970: Int) {
        number = secondsSince1970 >= 0 ? secondsSince1970 / 86_400 : -1
    }

    /// The day of this date; nil when the calendar has no such day.
    ///
    /// Years are counted from March, so that a leap day is the last of its year
    /// (H. Hinnant, "chrono-compatible low-level date algorithms").
    public init?(year: Int, month: Int, day: Int) {
        guard let dayCount = Self.dayCount(ofMonth: month, in: year), (1...dayCount).contains(day)
        else { return nil }
        let (year, month) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        let leapDays = year / 4 - year / 100 + year / 400
        number = year * 365 + leapDays + (153 * month + 2) / 5 + day - 1 - Self.epoch
    }

    /// How many days a month has; nil for a number that is no month, or a year before the year 1.
    static func dayCount(ofMonth month: Int, in year: Int) -> Int? {
        guard (1...9999).contains(year), (1...12).contains(month) else { return nil }
        if month != 2 { return [4, 6, 9, 11].contains(month) ? 30 : 31 }
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    }

    /// The days from 0000-03-01 to 1970-01-01.
    private static let epoch = 719_468

    /// Whether `left` is earlier.
    public static func < (left: PolicyDay, right: PolicyDay) -> Bool { left.number < right.number }
}

extension PolicyDay: CustomStringConvertible {
    /// `YYYY-MM-DD`; years beyond 9999, and before 1, have the digits that they need.
    public var description: String {
        let days = number + Self.epoch
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        return [(year, 4), (month, 2), (day, 2)].map(Self.padded).joined(separator: "-")
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
