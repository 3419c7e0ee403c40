/// The daemon cannot start: one sentence that says what, why, and what to do. Exit status 1.
package struct StartError: Error, Equatable, CustomStringConvertible {
    /// The sentence.
    package let description: String

    /// An error with this sentence.
    package init(_ sentence: String) {
        description = sentence
    }
}
