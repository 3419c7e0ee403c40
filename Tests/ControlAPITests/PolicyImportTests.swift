import ControlAPI
import Testing

extension PolicyImportRequest {
    /// A request in which every field is set.
    static let sample = PolicyImportRequest(
        files: [.sample], namespaceLabel: "namespace", name: "shop")
}

extension PolicyImportReply {
    /// A reply in which every field is set.
    static let sample = PolicyImportReply(text: "policy: shop\n", policies: 3, notes: [.sample])
}

@Suite("PolicyImport")
struct PolicyImportTests {
    @Test("only the files are needed")
    func needsFiles() throws {
        let request = try PolicyImportRequest.decode(#"{"files":[]}"#.utf8)
        #expect(request == PolicyImportRequest(files: []))
        let problem = #expect(throws: Problem.self) {
            try PolicyImportRequest.decode(#"{"namespaceLabel":"a"}"#.utf8)
        }
        #expect(problem?.field == "files")
    }
}
