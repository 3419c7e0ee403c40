/// What a capture takes: the query of `GET /v1/ports/{device}/capture`.
public struct CaptureOptions: Sendable, Equatable {
    /// A filter in libpcap's language; nil takes every frame.
    public var filter: String?
    /// Ends after this many frames; nil does not end by itself.
    public var count: Int?
    /// Ends after this many seconds; nil does not end by itself.
    public var durationSeconds: Int?
    /// Keeps at most this many bytes of each frame; nil keeps all.
    public var snapLength: Int?
    /// Where frames are taken.
    public var point = CapturePoint.guest

    /// Creates options; without any, every frame is taken whole until the client hangs up.
    public init(
        filter: String? = nil, count: Int? = nil, durationSeconds: Int? = nil,
        snapLength: Int? = nil
    ) {
        self.filter = filter
        self.count = count
        self.durationSeconds = durationSeconds
        self.snapLength = snapLength
    }

    /// The names that the query knows.
    public static let names = ["filter", "count", "duration", "snaplen", "point"]

    /// The query's fields, for a request.
    public var query: [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        if let filter { fields.append(("filter", filter)) }
        if let count { fields.append(("count", String(count))) }
        if let durationSeconds { fields.append(("duration", String(durationSeconds))) }
        if let snapLength { fields.append(("snaplen", String(snapLength))) }
        if point != .guest { fields.append(("point", point.rawValue)) }
        return fields
    }

    /// Reads a query whose names and values are already percent-decoded; refuses unknown names.
    public init(query: some Sequence<(name: String, value: String)>) throws(Problem) {
        self.init()
        for (name, value) in query {
            switch name {
            case "filter": filter = value
            case "count": count = try Self.number(value, 1...Int(Int32.max), name)
            case "duration": durationSeconds = try Self.number(value, 1...86_400, name)
            case "snaplen": snapLength = try Self.number(value, 14...262_144, name)
            case "point": point = try Self.point(value)
            default: throw Problem.unknownParameter(name, known: Self.names)
            }
        }
    }

    private static func number(
        _ value: String, _ range: ClosedRange<Int>, _ name: String
    ) throws(Problem) -> Int {
        guard let number = Int(value), range.contains(number) else {
            throw Problem(
                .invalidRequest,
                "'\(name)' must be a whole number from \(range.lowerBound) to \(range.upperBound).",
                field: name)
        }
        return number
    }

    private static func point(_ value: String) throws(Problem) -> CapturePoint {
        guard let point = CapturePoint(rawValue: value) else {
            throw Problem(
                .invalidRequest, "\(CapturePoint.refusal(of: value)).", field: "point")
        }
        return point
    }
}

/// Where a capture takes its frames.
public enum CapturePoint: String, SpelledCase {
    /// As the guest sends and receives them.
    case guest
    /// The same, and also what was dropped, with the reason.
    case verdict
    /// As they travel between hosts; not yet.
    case underlay

    /// What a value is called in errors.
    public static let noun = "capture point"
}
