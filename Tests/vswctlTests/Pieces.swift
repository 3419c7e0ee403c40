/// The lines of a text, or the words of a line, by number; one that is not there is empty, so that
/// a test of what was printed fails instead of trapping.
struct Pieces {
    private let all: [String]

    init(lines text: String) {
        all = text.split(separator: "\n").map(String.init)
    }

    init(words text: String) {
        all = text.split(separator: " ").map(String.init)
    }

    var count: Int { all.count }

    subscript(_ number: Int) -> String {
        all.indices.contains(number) ? all[number] : ""
    }
}
