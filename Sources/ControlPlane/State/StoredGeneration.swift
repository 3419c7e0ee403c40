import Overlay

/// One policy that was in force: its files, each by the digest of its text.
///
/// The texts lie beside the history, once each, under their digests (``StateStore/policies(of:)``):
/// a generation that returns to an earlier one costs a few rows.
package struct StoredGeneration: Equatable, Sendable {
    /// A file of the policy.
    package struct File: Equatable, Sendable {
        /// The path the user named.
        package var path: String
        /// The digest of the text.
        package var digest: String
        /// Whether the file was applied in audit mode, whatever it says itself.
        package var isAudited: Bool
    }

    /// The generation in which it came into force.
    package var generation: UInt32
    /// When, in seconds since 1970 (CLOCK_REALTIME).
    package var appliedAt: Int64
    /// How it came into force, in words: `applied`, `rolled back to 7`.
    package var origin: String
    /// Its files, in the order they were given; none is no policy.
    package let files: [File]
    /// The digest of the whole: two generations of one digest are the same policy.
    package let digest: String

    /// The policy of `policies`, in force from `generation` on.
    package init(
        _ policies: [StoredPolicy], in generation: UInt32, at appliedAt: Int64, origin: String
    ) {
        let files = policies.map {
            File(path: $0.path, digest: $0.digest, isAudited: $0.isAudited)
        }
        self.init(generation, files, at: appliedAt, origin: origin)
    }

    /// A generation as it was stored.
    init(_ generation: UInt32, _ files: [File], at appliedAt: Int64, origin: String) {
        self.generation = generation
        self.appliedAt = appliedAt
        self.origin = origin
        self.files = files
        var text = ""
        for file in files {
            text += "\(file.path.utf8.count):\(file.path) \(file.digest) \(file.isAudited)\n"
        }
        digest = text.digest
    }
}

/// A policy that is in force only for a time, unless someone confirms it.
package struct StoredConfirmation: Equatable, Sendable {
    /// The generation that waits to be confirmed.
    package var generation: UInt32
    /// The generation to return to; 0 is no policy.
    package var fallback: UInt32
    /// When the switch returns to it, in seconds since 1970 (CLOCK_REALTIME).
    package var deadline: Int64

    /// `generation` waits until `deadline`; then `fallback` returns.
    package init(generation: UInt32, fallback: UInt32, deadline: Int64) {
        self.generation = generation
        self.fallback = fallback
        self.deadline = deadline
    }
}

extension StoredState {
    /// How many generations the history keeps.
    package static let historyCountMax = 200

    /// Makes `policies` the policy from the present generation on, and remembers it.
    ///
    /// The policy that was in force stays in the history even if that is full: a confirmation may
    /// have to return to it.
    package mutating func install(
        _ policies: [StoredPolicy], at now: Int64, origin: String
    ) {
        if history.isEmpty, policyGeneration > 0 {  // applied before there was a history
            history.append(
                StoredGeneration(
                    self.policies, in: policyGeneration, at: now, origin: "applied earlier"))
        }
        self.policies = policies
        policyGeneration = policies.isEmpty ? 0 : generation
        confirmation = nil
        history.append(StoredGeneration(policies, in: generation, at: now, origin: origin))
        history.removeFirst(max(0, history.count - Self.historyCountMax))
    }

    /// The generation of the policy in force as the history knows it; nil before the first one.
    package var currentGeneration: StoredGeneration? { history.last }
}

extension String {
    /// The BLAKE2s hash (RFC 7693) of the UTF-8 bytes, in 64 hexadecimal digits.
    var digest: String {
        let bytes = Array(utf8)
        let hash = unsafe Blake2s.hash(bytes.span.bytes)
        return (0..<Blake2s.byteCount).map { index in
            let octet = hash[index]
            return (octet < 16 ? "0" : "") + String(octet, radix: 16)
        }.joined()
    }
}
