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

    /// Whether `left` is earlier.
    public static func < (left: PolicyDay, right: PolicyDay) -> Bool { left.number < right.number }
}
