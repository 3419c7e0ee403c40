/// A problem document (RFC 9457): how every refusal and failure is told.
///
/// `detail` is one sentence: what, why. `hint` is what to do.
public struct Problem: Codable, Sendable, Equatable, Error {
    /// The media type of its JSON form.
    public static let mediaType = "application/problem+json"

    /// The kind of problem: a URI that identifies it and that nothing is served at.
    public var type: String
    /// The kind of problem in words.
    public var title: String
    /// The HTTP status.
    public var status: Int
    /// What went wrong this time: one sentence for people.
    public var detail: String
    /// The request's path.
    public var instance: String?
    /// The field of the request that is at fault, as `files.0.path`.
    public var field: String?
    /// What to do about it.
    public var hint: String?
    /// The errors in policy files or the directory, when those are the problem.
    public var errors: [PolicyFault]?

    /// Creates a problem of a known kind.
    public init(_ kind: Kind, _ detail: String, field: String? = nil, hint: String? = nil) {
        type = kind.type
        title = kind.title
        status = kind.status
        self.detail = detail
        self.field = field
        self.hint = hint
    }

    /// Creates the problem of policy files that have errors.
    public init(policyErrors errors: [PolicyFault]) {
        let count = errors.count == 1 ? "1 error" : "\(errors.count) errors"
        self.init(
            .policyInvalid, "The policy has \(count); nothing was changed.", field: "files",
            hint: "Correct the lines named in the errors.")
        self.errors = errors
    }

    /// Creates the problem of a directory file that has errors.
    public init(directoryErrors errors: [PolicyFault]) {
        let count = errors.count == 1 ? "1 error" : "\(errors.count) errors"
        self.init(
            .directoryInvalid, "The directory has \(count); nothing was changed.", field: "text",
            hint: "Correct the lines named in the errors.")
        self.errors = errors
    }

    /// The kinds of problems that the daemon answers with.
    public enum Kind: String, CaseIterable, Sendable {
        /// The request itself is wrong.
        case invalidRequest = "invalid-request"
        /// The daemon may not do this.
        case notPermitted = "not-permitted"
        /// What the request names does not exist.
        case notFound = "not-found"
        /// What it names exists, for other methods.
        case methodNotAllowed = "method-not-allowed"
        /// It contradicts what exists.
        case conflict
        /// The request is too large.
        case tooLarge = "too-large"
        /// The policy files have errors.
        case policyInvalid = "policy-invalid"
        /// The directory file has errors.
        case directoryInvalid = "directory-invalid"
        /// The daemon could not do it.
        case failed
        /// A later version will do this.
        case notYet = "not-yet"
        /// The daemon is starting or stopping.
        case unavailable
    }
}

extension Problem.Kind {
    /// The kind's identifier: a URN, because nothing is served there.
    public var type: String { "urn:vswitch:problem:\(rawValue)" }

    /// The HTTP status that goes with it.
    public var status: Int {
        switch self {
        case .invalidRequest: 400
        case .notPermitted: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .conflict: 409
        case .tooLarge: 413
        case .policyInvalid, .directoryInvalid: 422
        case .failed: 500
        case .notYet: 501
        case .unavailable: 503
        }
    }

    /// The kind in words.
    public var title: String {
        switch self {
        case .invalidRequest: "The request is not valid"
        case .notPermitted: "Not permitted"
        case .notFound: "Not found"
        case .methodNotAllowed: "Method not allowed"
        case .conflict: "Conflicts with what exists"
        case .tooLarge: "The request is too large"
        case .policyInvalid: "The policy has errors"
        case .directoryInvalid: "The directory has errors"
        case .failed: "Failed"
        case .notYet: "Not yet"
        case .unavailable: "The daemon is not ready"
        }
    }
}
