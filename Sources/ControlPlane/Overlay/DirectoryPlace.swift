/// A place in a directory, as the words that lead there: `hosts`, `hv2`, `vms`, `db1`, `mac`.
package struct DirectoryPlace: Hashable, Sendable {
    /// The words, from the outside in.
    package let words: [String]

    /// The place of the list of hosts.
    package static let hosts = DirectoryPlace(words: ["hosts"])

    /// The place of a host.
    package static func host(_ name: String) -> DirectoryPlace { hosts / name }

    /// The place of the VM interface with this index within its host.
    package static func vm(_ index: Int, of host: String) -> DirectoryPlace {
        self.host(host) / "vms" / "\(index)"
    }

    /// The place of `word` within a place.
    package static func / (place: DirectoryPlace, word: String) -> DirectoryPlace {
        DirectoryPlace(words: place.words + [word])
    }

    /// The place around this one; nil around the outermost.
    package var parent: DirectoryPlace? {
        words.count > 1 ? DirectoryPlace(words: Array(words.dropLast())) : nil
    }
}

/// What is wrong with a directory: where, what and why, and what to do.
package struct DirectoryFault: Equatable, Sendable {
    /// Where.
    package let place: DirectoryPlace
    /// What is wrong, and why.
    package let message: String
    /// What to do.
    package let hint: String

    /// A fault at `place`.
    package init(at place: DirectoryPlace, _ message: String, hint: String) {
        self.place = place
        self.message = message
        self.hint = hint
    }
}
