import Testing

@Suite struct DocumentationTests {
    @Test("every public declaration has a doc comment")
    func publicMeansDocumented() {
        let broken = Repository.swiftFiles(below: "Sources").flatMap(Documentation.violations)
        #expect(broken.isEmpty, "\(broken.report)")
    }

    @Test(
        "a bare public declaration is found in every form",
        arguments: [
            "public func a() {}", "public static let a = 1", "@inlinable public var a: Int { 1 }",
            "public init?(_ a: A) {}", "public final class A {}", "public private(set) var a = 1",
            "// an ordinary comment\n@frozen\npublic enum A {}", "/// above\n\npublic struct A {}",
            "nonisolated public func a() {}", "public mutating func a<B>(b: B) {}",
        ])
    func findsTheBare(text: String) {
        #expect(Documentation.violations(in: SourceFile(path: "a", text: text)).count == 1)
    }

    @Test(
        "documented declarations and other uses of the word pass",
        arguments: [
            "/// A.\npublic func a() {}", "/// A.\n@inlinable @_lifetime(copy a)\npublic init() {}",
            "/// A.\n// SAFETY: b.\n@safe public struct A {}", "public extension A {}",
            "public import B", "// public func a()",
            "let a = \"public let\"",
            "func a() {}", "package struct A {}",
        ])
    func passesTheRest(text: String) {
        #expect(Documentation.violations(in: SourceFile(path: "a", text: text)).isEmpty)
    }
}
