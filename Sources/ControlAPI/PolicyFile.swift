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

/// The body of `POST /v1/policy/check`: the files that are to be the whole policy.
public struct PolicyRequest: RequestBody, Equatable {
    /// The files; their order does not matter. An empty list is no policy: every port closes.
    public var files: [PolicyFileText]
    /// Whether they are taken as if they were applied with ``PolicyApplyRequest/audit``.
    public var audit = false

    /// Creates a request.
    public init(files: [PolicyFileText]) {
        self.files = files
    }

    /// The keys that this request knows.
    public enum CodingKeys: String, CodingKey, CaseIterable { case files, audit }

    /// Decodes a request; refuses unknown keys.
    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.strictContainer(CodingKeys.self)
        files = try keyed.decode([PolicyFileText].self, forKey: .files)
        audit = try keyed.decodeIfPresent(Bool.self, forKey: .audit) ?? false
    }
}

/// The body of `PUT /v1/policy`: the files that are to be the whole policy, and how they are to
/// come into force.
public struct PolicyApplyRequest: RequestBody, Equatable {
    /// The longest time that a policy may wait to be confirmed, in seconds: a day.
    public static let confirmWithinMax = 86_400

    /// The files; their order does not matter. An empty list is no policy: every port closes.
    public var files: [PolicyFileText]
    /// Whether every file is in audit mode, whatever it says itself: nothing is dropped.
    public var audit = false
    /// In how many seconds the former policy returns unless this one is confirmed, from 1.
    public var confirmWithin: Int?
    /// Whether connections may become possible that the policy in force makes impossible.
    public var allowWidening = false

    /// Creates a request.
    public init(files: [PolicyFileText]) {
        self.files = files
    }

    /// The keys that this request knows.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case files, audit, confirmWithin, allowWidening
    }

    /// Decodes a request; refuses unknown keys, and a time that is none.
    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.strictContainer(CodingKeys.self)
        files = try keyed.decode([PolicyFileText].self, forKey: .files)
        audit = try keyed.decodeIfPresent(Bool.self, forKey: .audit) ?? false
        allowWidening = try keyed.decodeIfPresent(Bool.self, forKey: .allowWidening) ?? false
        confirmWithin = try keyed.wholeNumberIfPresent(.confirmWithin)
        guard confirmWithin.map((1...Self.confirmWithinMax).contains) ?? true else {
            throw DecodingError.dataCorruptedError(
                forKey: .confirmWithin, in: keyed,
                debugDescription: "the time to confirm is 1 to \(Self.confirmWithinMax) seconds")
        }
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
