import Foundation

/// The gate on the machine code of the per-frame functions: they call neither the Swift runtime nor
/// the allocator. Reference counting, allocation and dynamic checks all are such calls.
enum HotPath {
    /// What the disassembly says about the functions whose symbol contains `name`.
    struct Finding: Equatable {
        let name: String
        var functionCount = 0
        var calls: [String] = []
    }

    static let forbidden = [
        "swift_", "malloc", "calloc", "realloc", "free", "posix_memalign", "aligned_alloc",
    ]

    /// One finding for each name, in their order, from lines as `objdump -d` prints them.
    static func findings(
        names: [String], disassembly: some Sequence<some StringProtocol>
    ) -> [Finding] {
        var findings = names.map { Finding(name: $0) }
        var current: [Int] = []
        for line in disassembly {
            if let symbol = label(of: line) {
                current = names.indices.filter { symbol.contains(names[$0]) }
                for index in current { findings[index].functionCount += 1 }
            } else if !current.isEmpty, let callee = callee(of: line), isForbidden(callee) {
                for index in current { findings[index].calls.append(callee) }
            }
        }
        return findings
    }

    /// The names listed in a file: one on a line, `#` begins a comment.
    static func names(listedIn text: String) -> [String] {
        text.split(separator: "\n").map { $0.prefix { $0 != "#" } }
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// The symbol of a line `0000000000401000 <symbol>:`.
    private static func label(of line: some StringProtocol) -> Substring? {
        guard line.hasSuffix(">:") else { return nil }
        return Substring(line.drop { $0 != "<" }.dropFirst().dropLast(2))
    }

    /// The symbol that a call or a jump leads to.
    private static func callee(of line: some StringProtocol) -> String? {
        guard line.contains("call") || line.contains("jmp") else { return nil }
        let target = line.drop { $0 != "<" }.dropFirst().prefix { !">@+".contains($0) }
        return target.isEmpty ? nil : String(target)
    }

    private static func isForbidden(_ callee: String) -> Bool {
        forbidden.contains { $0.hasSuffix("_") ? callee.hasPrefix($0) : callee == $0 }
    }
}
