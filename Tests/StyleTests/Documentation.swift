/// Every public declaration says what it is in a `///` comment directly above it.
enum Documentation {
    static func violations(in file: SourceFile) -> [Violation] {
        file.code.indices.compactMap { index in
            guard isPublicDeclaration(file.code[index]), !isDocumented(file, before: index) else {
                return nil
            }
            let declaration = file.lines[index].drop { $0 == " " }.prefix { $0 != "{" }
            let sentence = "no doc comment: \(declaration)"
            return Violation(path: file.path, line: index + 1, sentence: sentence)
        }
    }

    private static func isPublicDeclaration(_ code: String) -> Bool {
        let words = code.split { " (<:={".contains($0) }
        guard let access = words.firstIndex(where: { $0 == "public" || $0 == "open" }),
            words[..<access].allSatisfy({ $0.hasPrefix("@") || modifiers.contains(String($0)) })
        else { return false }
        let rest = words[(access + 1)...].drop { modifiers.contains(String($0)) }
        return rest.first.map { declarations.contains($0.trimmed(of: "?!")) } ?? false
    }

    /// Attributes and ordinary comments may stand between the doc comment and the declaration.
    private static func isDocumented(_ file: SourceFile, before index: Int) -> Bool {
        let above = file.lines[..<index].reversed().map { $0.drop { $0 == " " } }
        let nearest = above.first { line in
            !line.hasPrefix("@") && (line.hasPrefix("///") || !line.hasPrefix("//"))
        }
        return nearest?.hasPrefix("///") ?? false
    }

    private static let modifiers: Set<String> = [
        "static", "final", "mutating", "nonmutating", "consuming", "borrowing", "override",
        "required", "convenience", "indirect", "lazy", "weak", "unowned", "prefix", "infix",
        "postfix", "nonisolated", "private", "set)", "package", "internal", "unsafe", "isolated",
    ]
    private static let declarations: Set<String> = [
        "func", "var", "let", "init", "subscript", "struct", "enum", "class", "protocol", "actor",
        "typealias", "associatedtype", "macro", "case",
    ]
}

extension Substring {
    fileprivate func trimmed(of marks: String) -> String {
        String(prefix { !marks.contains($0) })
    }
}
