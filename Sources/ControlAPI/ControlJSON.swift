import Foundation

/// JSON as both ends of the control interface write it: keys sorted, slashes as they are.
public enum ControlJSON {
    /// The JSON text of a value. Every type of the interface can be encoded; one that cannot is
    /// a fault of the program, and throws `EncodingError`.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        try [UInt8](encoder([]).encode(value))
    }

    /// The same, indented for people.
    public static func encodePretty(_ value: some Encodable) throws -> [UInt8] {
        try [UInt8](encoder([.prettyPrinted]).encode(value))
    }

    /// A value from its JSON text; throws `DecodingError`. Requests are decoded by
    /// ``RequestBody/decode(_:)``, which answers with a problem document.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from json: some Sequence<UInt8>
    ) throws -> Value {
        try JSONDecoder().decode(type, from: Data(json))
    }

    private static func encoder(_ more: JSONEncoder.OutputFormatting) -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = more.union([.sortedKeys, .withoutEscapingSlashes])
        return encoder
    }
}
