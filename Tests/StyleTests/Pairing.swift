/// Tests mirror sources: `Tests/PacketTests/VNITests.swift` is about `Sources/Packet/VNI.swift`.
enum Pairing {
    /// A source with more lines of code than this has a test file of its name.
    static let untestedCodeLineCountMax = 60
    /// Test folders about the whole, which mirror no room.
    static let foldersOfTheWhole: Set<String> = ["StyleTests", "SystemTests", "SimulationTests"]

    /// Programs are tested from outside, by the system tests.
    static let programs: Set<String> = ["vswitchd", "vswctl"]

    static func violations(sources: [SourceFile], tests: [SourceFile]) -> [Violation] {
        unpairedTests(sources, tests) + untestedSources(sources, tests)
    }

    private static func unpairedTests(
        _ sources: [SourceFile], _ tests: [SourceFile]
    ) -> [Violation] {
        let names = Set(sources.map(testName))
        let isPaired = { (test: SourceFile) in
            names.contains("\(test.room)/\(test.name)")
                || names.contains("\(test.room)/\(test.name.prefix { $0 != "+" })Tests")
        }
        return tests.filter { !foldersOfTheWhole.contains($0.room) && $0.name.hasSuffix("Tests") }
            .filter { !isPaired($0) }
            .map {
                let source = "\($0.name.dropLast(5)).swift"
                let sentence = "there is no \(source) in Sources/\($0.room.dropLast(5))"
                return Violation(path: $0.path, line: 0, sentence: sentence)
            }
    }

    private static func untestedSources(
        _ sources: [SourceFile], _ tests: [SourceFile]
    ) -> [Violation] {
        let names = Set(tests.map { "\($0.room)/\($0.name)" })
        return sources.filter { !programs.contains($0.room) }
            .filter { $0.codeLineCount > untestedCodeLineCountMax }
            .filter { !names.contains(testName(of: $0)) && !names.contains(typeTestName(of: $0)) }
            .map {
                let count = "\($0.codeLineCount) lines of code"
                let sentence = "\(count), and no Tests/\(testName(of: $0)).swift"
                return Violation(path: $0.path, line: 0, sentence: sentence)
            }
    }

    /// The tests of `Type.swift` may hold those of `Type+Aspect.swift`.
    private static func typeTestName(of source: SourceFile) -> String {
        "\(source.room)Tests/\(source.name.prefix { $0 != "+" })Tests"
    }

    /// Folders inside a room group its files; the pair is known by room and name.
    private static func testName(of source: SourceFile) -> String {
        "\(source.room)Tests/\(source.name)Tests"
    }
}
