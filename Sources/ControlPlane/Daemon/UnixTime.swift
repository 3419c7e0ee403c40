import Glibc

/// An instant of the wall clock (CLOCK_REALTIME).
package struct UnixTime: Hashable, Sendable, Comparable {
    /// Whole seconds since 1970-01-01T00:00:00Z.
    package let seconds: Int64
    /// What is over, in nanoseconds.
    package let nanoseconds: Int64

    /// The instant that many seconds after 1970.
    package init(seconds: Int64, nanoseconds: Int64 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// The present instant.
    package static var now: UnixTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return UnixTime(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }

    /// Whether `left` is earlier.
    package static func < (left: UnixTime, right: UnixTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// `2026-11-21T17:00:00.042Z` (RFC 3339).
    package var withMilliseconds: String {
        "\(dateAndTime).\(String(1_000 + nanoseconds / 1_000_000).dropFirst())Z"
    }

    private var dateAndTime: String {
        var fields = unsafe tm()
        var seconds = time_t(seconds)
        unsafe gmtime_r(&seconds, &fields)
        let date = unsafe [fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday]
        let time = unsafe [fields.tm_hour, fields.tm_min, fields.tm_sec]
        return date.map(Self.padded).joined(separator: "-") + "T"
            + time.map(Self.padded).joined(separator: ":")
    }

    private static func padded(_ number: CInt) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}

extension UnixTime: CustomStringConvertible {
    /// `2026-11-21T17:00:00Z` (RFC 3339).
    package var description: String { dateAndTime + "Z" }
}
