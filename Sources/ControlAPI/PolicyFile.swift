/// One policy file as the client read it: the daemon opens no files for its clients.
public struct PolicyFileText: RequestBody, Equatable {
    /// The largest file that is taken, in bytes.
    public static let byteCountMax = 1 << 20

    /// The path as the user typed it; errors and `explain` name the file by it.
    public var path: String
    /// The file's text, at most 1 MiB.
    public var text: String

    /// Creates a file.
    public init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// The keys that this request knows.
    public enum CodingKeys: String, CodingKey, CaseIterable { case path, text }

    /// Decodes a file; refuses unknown keys.
    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.strictContainer(CodingKeys.self)
        path = try keyed.decode(String.self, forKey: .path)
        text = try keyed.decode(String.self, forKey: .text)
    }
}

/// The body of `POST /v1/policy/check` and of `PUT /v1/policy`: the files that are to be the
/// whole policy.
public struct PolicyRequest: RequestBody, Equatable {
    /// The files; their order does not matter. An empty list is no policy: every port closes.
    public var files: [PolicyFileText]

    /// Creates a request.
    public init(files: [PolicyFileText]) {
        self.files = files
    }

    /// The keys that this request knows.
    public enum CodingKeys: String, CodingKey, CaseIterable { case files }

    /// Decodes a request; refuses unknown keys.
    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.strictContainer(CodingKeys.self)
        files = try keyed.decode([PolicyFileText].self, forKey: .files)
    }
}

/// An error or a warning in a policy file, or an error in a directory file, with its place.
public struct PolicyFault: Codable, Sendable, Equatable {
    /// The file's path, as in the request.
    public var path: String
    /// The line, from 1.
    public var line: Int
    /// The column in characters, from 1.
    public var column: Int
    /// What is wrong: one sentence.
    public var message: String
    /// What to do about it.
    public var hint: String?
    /// The text of the line, for a caret under the column.
    public var sourceLine: String?

    /// Creates a fault at a place in a file.
    public init(path: String, line: Int, column: Int, message: String) {
        self.path = path
        self.line = line
        self.column = column
        self.message = message
    }
}
