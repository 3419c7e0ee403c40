import ControlAPI

/// Finds the route of a request by its method and path.
package enum RouteMatch: Equatable {
    /// The route, and the word in place of its variable.
    case found(Route, word: String)
    /// The path exists, for these methods.
    case otherMethods([String])
    /// No route has this path.
    case none

    /// Looks for the route of `method` at `path`.
    package init(_ method: String, _ path: String) {
        let matches = Self.matches(path)
        let ours = matches.filter { $0.route.method == method }
        // A fixed word fits better than a variable: POST /v1/policy/check is no policy's name.
        if let match = ours.first(where: { $0.word.isEmpty }) ?? ours.first {
            self = .found(match.route, word: match.word)
        } else {
            self = matches.isEmpty ? .none : .otherMethods(matches.map(\.route.method))
        }
    }

    /// The routes whose template fits `path`.
    private static func matches(_ path: String) -> [(route: Route, word: String)] {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        return Route.allCases.compactMap { route in
            word(in: segments, as: route).map { (route: route, word: $0) }
        }
    }

    /// The word in place of the variable, empty without one; nil when the template does not fit.
    private static func word(in segments: [Substring], as route: Route) -> String? {
        let template = route.template.split(separator: "/", omittingEmptySubsequences: false)
        guard template.count == segments.count else { return nil }
        var word = ""
        for (expected, segment) in zip(template, segments) {
            if expected.hasPrefix("{") {
                guard let decoded = PercentCoding.decode(segment), !decoded.isEmpty else {
                    return nil
                }
                word = decoded
            } else if expected != segment {
                return nil
            }
        }
        return word
    }
}

/// Percent-encoding (RFC 3986 §2.1), read strictly.
package enum PercentCoding {
    /// The text that `encoded` stands for; nil when an escape is incomplete or the result no UTF-8.
    package static func decode(_ encoded: some StringProtocol) -> String? {
        var octets: [UInt8] = []
        var rest = encoded.utf8.makeIterator()
        while let octet = rest.next() {
            guard octet == UInt8(ascii: "%") else {
                octets.append(octet)
                continue
            }
            guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit)
            else { return nil }
            octets.append(high << 4 | low)
        }
        return String(validating: octets, as: UTF8.self)
    }

    /// The names and values of a query; nil when one cannot be decoded. A plus sign is a plus sign.
    package static func query(_ text: String?) -> [(name: String, value: String)]? {
        guard let text, !text.isEmpty else { return [] }
        var fields: [(name: String, value: String)] = []
        for part in text.split(separator: "&", omittingEmptySubsequences: true) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decode(pair[0]), let value = decode(pair.count == 2 ? pair[1] : "")
            else { return nil }
            fields.append((name, value))
        }
        return fields
    }

    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
