import Foundation

/// A request that refuses keys it does not know, so that a typing error is never a silent default.
///
/// Conforming types decode through ``Swift/Decoder/strictContainer(_:)``.
public protocol RequestBody: Codable, Sendable {}

extension RequestBody {
    /// Decodes a request's JSON text; what is wrong comes back as the problem document to answer
    /// with: status 400, and the path of the field at fault, as `files.0.path`.
    public static func decode(_ json: some Sequence<UInt8>) throws(Problem) -> Self {
        do {
            return try JSONDecoder().decode(Self.self, from: Data(json))
        } catch let error as DecodingError {
            throw Problem(error)
        } catch {
            throw Problem(.invalidRequest, "The request body cannot be read: \(error).")
        }
    }
}

extension Decoder {
    /// The keyed container of this value, once every key in it is one of `Key`'s.
    ///
    /// Throws `DecodingError.dataCorrupted` whose path ends in the first unknown key.
    public func strictContainer<Key: CodingKey & CaseIterable>(
        _ type: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        let known = Key.allCases.map(\.stringValue)
        let present = try container(keyedBy: AnyKey.self).allKeys
        let unknown = present.filter { !known.contains($0.stringValue) }
        if let first = unknown.min(by: { $0.stringValue < $1.stringValue }) {
            let names = known.joined(separator: ", ")
            let sentence = "'\(first.stringValue)' is not a known key; known are \(names)"
            throw DecodingError.dataCorrupted(
                .init(codingPath: codingPath + [first], debugDescription: sentence))
        }
        return try container(keyedBy: type)
    }
}

extension KeyedDecodingContainer {
    /// The whole number at `key`; one with a fraction, or beyond 64 bits, is that field's fault
    /// (`JSONDecoder` throws an error of its own there, and then blames the whole text).
    func wholeNumber(_ key: Key) throws -> Int {
        do {
            return try decode(Int.self, forKey: key)
        } catch let error where !(error is DecodingError) {
            throw DecodingError.typeMismatch(
                Int.self, .init(codingPath: codingPath + [key], debugDescription: ""))
        }
    }

    /// The same, or nil where there is none.
    func wholeNumberIfPresent(_ key: Key) throws -> Int? {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        return try wholeNumber(key)
    }
}

/// A key of any name: what a container holds before its keys are known to be ours.
private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        return nil
    }
}

/// What JSON calls an object.
private protocol Object {}
extension Dictionary: Object {}

extension Problem {
    /// The problem document for a request body that is not what the route takes.
    init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            let path = Self.field(context.codingPath + [key])
            self.init(.invalidRequest, "'\(path)' is required and missing.", field: path)
        case .typeMismatch(let type, let context):
            let path = Self.field(context.codingPath)
            self.init(.invalidRequest, "'\(path)' must be \(Self.words(for: type)).", field: path)
        case .valueNotFound(let type, let context):
            let path = Self.field(context.codingPath)
            let sentence = "'\(path)' is null; it must be \(Self.words(for: type))."
            self.init(.invalidRequest, sentence, field: path)
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            self.init(.invalidRequest, "The request body is not valid JSON.")
        case .dataCorrupted(let context):
            let path = Self.field(context.codingPath)
            self.init(.invalidRequest, "\(context.debugDescription).", field: path)
        @unknown default:
            self.init(.invalidRequest, "The request body cannot be read: \(error).")
        }
    }

    /// A coding path as users read it: `files.0.path`; the body itself is `body`.
    private static func field(_ path: [any CodingKey]) -> String {
        guard !path.isEmpty else { return "body" }
        return path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }

    /// A Swift type in the words of JSON.
    private static func words(for type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is Int.Type, is UInt64.Type: "a whole number"
        case is any Object.Type: "an object"
        case is any Collection.Type: "a list"
        default: "an object"
        }
    }
}
