import ControlPlane
import Overlay
import Testing

@Suite("HandshakeClockFile")
struct HandshakeClockFileTests: ~Copyable {
    private let home: TemporaryDirectory
    private let file: HandshakeClockFile

    init() throws {
        home = try TemporaryDirectory()
        file = HandshakeClockFile(in: home.path)
    }

    @Test("the last reserve comes back as it went")
    func keeps() throws {
        #expect(try file.load() == nil)
        for wall in [0, 1, 1_790_000_000_123_456_789] as [UInt64] {
            try file.store(TAI64N(wall: wall))
            #expect(try file.load() == TAI64N(wall: wall))
        }
        let text = String(decoding: try contents("\(home.path)/overlay.tai64n"), as: UTF8.self)
        #expect(text.hasPrefix("4000") && text.count == 25 && text.hasSuffix("\n"))
    }

    @Test(
        "what is no timestamp is refused",
        arguments: [
            "", "\n", "40", String(repeating: "g", count: 24), String(repeating: "0", count: 26),
        ])
    func refuses(text: String) throws {
        try PrivateFile("overlay.tai64n", in: home.path).write(Array(text.utf8))
        let error = #expect(throws: PrivateFileError.self) { try file.load() }
        #expect(error?.reason.contains("holds no timestamp") == true)
    }
}
