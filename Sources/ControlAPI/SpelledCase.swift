/// An enumeration that users type: a value that is not one of its cases is refused with the list
/// of those that are.
public protocol SpelledCase: RawRepresentable<String>, CaseIterable, Codable, Sendable {
    /// What a value is called in the sentence, as `port mode`.
    static var noun: String { get }
}

extension SpelledCase {
    /// Decodes a case by its spelling.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let word = try container.decode(String.self)
        guard let known = Self(rawValue: word) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: Self.refusal(of: word))
        }
        self = known
    }

    /// The sentence for a word that is none of the cases.
    public static func refusal(of word: String) -> String {
        let spellings = allCases.map(\.rawValue).joined(separator: ", ")
        return "'\(word)' is not a \(noun); known are \(spellings)"
    }
}
