/// The sizes of ARCHITECTURE.md. There is no list of exceptions.
enum Sizes {
    static let fileLineCountMax = 400
    static let columnCountMax = 100
    static let bodyLineCountMax = 50
    static let bodyLineCountUsual = 30
    static let usualShare = 0.95
    static let parameterCountMax = 4

    static func violations(in file: SourceFile) -> [Violation] {
        filesTooLong(file) + linesTooWide(file) + functionsTooLarge(file)
    }

    /// The share of functions whose body stays within the usual size.
    static func usualShare(of functions: [FunctionShape]) -> Double {
        let usual = functions.count { $0.bodyLineCount <= bodyLineCountUsual }
        return functions.isEmpty ? 1 : Double(usual) / Double(functions.count)
    }

    private static func filesTooLong(_ file: SourceFile) -> [Violation] {
        guard file.lines.count > fileLineCountMax else { return [] }
        let sentence = "\(file.lines.count) lines; at most \(fileLineCountMax)"
        return [Violation(path: file.path, line: 0, sentence: sentence)]
    }

    private static func linesTooWide(_ file: SourceFile) -> [Violation] {
        file.lines.enumerated().filter { $0.element.count > columnCountMax }.map {
            let sentence = "\($0.element.count) columns; at most \(columnCountMax)"
            return Violation(path: file.path, line: $0.offset + 1, sentence: sentence)
        }
    }

    private static func functionsTooLarge(_ file: SourceFile) -> [Violation] {
        FunctionFinder.functions(in: file).flatMap { shape in
            var sentences: [String] = []
            if shape.bodyLineCount > bodyLineCountMax {
                sentences.append("\(shape.bodyLineCount) lines; at most \(bodyLineCountMax)")
            }
            if shape.parameterCount > parameterCountMax {
                let count = "\(shape.parameterCount) parameters"
                sentences.append("\(count); at most \(parameterCountMax)")
            }
            return sentences.map {
                Violation(path: file.path, line: shape.line, sentence: "\(shape.name): \($0)")
            }
        }
    }
}
