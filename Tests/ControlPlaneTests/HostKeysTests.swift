import ControlPlane
import Foundation
import Overlay
import Testing

@Suite("HostKeys")
struct HostKeysTests: ~Copyable {
    private let home: TemporaryDirectory
    private let keys: HostKeys

    init() throws {
        home = try TemporaryDirectory()
        keys = HostKeys(in: home.path)
    }

    private var file: String { "\(home.path)/overlay.key" }

    @Test("a key is made for the daemon's user alone, in the text of `wg genkey`")
    func generates() throws {
        #expect(try keys.load().isEmpty)
        try keys.generate(SystemRandom())
        #expect(try mode(of: file) == 0o600)
        let text = String(decoding: try contents(file), as: UTF8.self)
        #expect(text.count == 45 && text.hasSuffix("=\n"))
        let key = try #require(PrivateKey(base64: String(text.dropLast())))
        #expect(try keys.load().map(\.publicKey) == [key.publicKey])
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.path) == ["overlay.key"])
    }

    @Test("a key is never overwritten")
    func keepsTheKey() throws {
        try keys.generate(SystemRandom())
        let before = try contents(file)
        let error = #expect(throws: PrivateFileError.self) { try keys.generate(SystemRandom()) }
        #expect(error?.description.contains("exists already and is not overwritten") == true)
        #expect(try contents(file) == before)
    }

    @Test("while a key is replaced both are loaded, the new one first; retired is only the old one")
    func rotates() throws {
        try keys.generate(SystemRandom())
        let old = try keys.load()[0].publicKey
        try keys.rotate(SystemRandom())
        let both = try keys.load().map(\.publicKey)
        #expect(both.count == 2 && both[1] == old && both[0] != old)
        #expect(try mode(of: "\(file).old") == 0o600)
        #expect(try keys.retire())
        #expect(try keys.load().map(\.publicKey) == [both[0]])
        #expect(try !keys.retire())
    }

    @Test("a second rotation waits for the end of the first; without a key there is none")
    func rotatesOnce() throws {
        #expect(throws: PrivateFileError.self) { try keys.rotate(SystemRandom()) }
        try keys.generate(SystemRandom())
        try keys.rotate(SystemRandom())
        let error = #expect(throws: PrivateFileError.self) { try keys.rotate(SystemRandom()) }
        #expect(error?.reason.contains("the last rotation has not ended") == true)
    }

    @Test("a rotation that was cut short between its steps is begun anew")
    func survivesTheCut() throws {
        try keys.generate(SystemRandom())
        try FileManager.default.linkItem(atPath: file, toPath: "\(file).old")
        try write([1, 2, 3], to: "\(file).new")
        let key = try keys.load().map(\.publicKey)
        #expect(key.count == 1)
        try keys.rotate(SystemRandom())
        #expect(try keys.load().map(\.publicKey).last == key[0])
    }

    @Test(
        "a file that holds no key is refused, and what it holds is not told",
        arguments: ["", "\n", "secret", String(repeating: "A", count: 44), "%", "AAAA=\nAAAA"])
    func refusesNoise(text: String) throws {
        try keys.generate(SystemRandom())
        let noise = text == "%" ? String(repeating: "A", count: 43) + "=\n\n" : text
        try replace(noise)
        let error = #expect(throws: PrivateFileError.self) { try keys.load() }
        #expect(error?.reason.contains("holds no private key") == true)
        #expect(text.count < 4 || error?.description.contains(text) == false)
    }

    @Test("a file that others may read is refused", arguments: [0o644, 0o660, 0o604, 0o4600])
    func refusesOpenFiles(mode: Int) throws {
        try keys.generate(SystemRandom())
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        let error = #expect(throws: PrivateFileError.self) { try keys.load() }
        #expect(error?.reason.contains("has the mode \(String(mode, radix: 8))") == true)
    }

    @Test("a link, a directory and a file that is too long are refused")
    func refusesOtherThings() throws {
        try keys.generate(SystemRandom())
        try FileManager.default.moveItem(atPath: file, toPath: "\(file).real")
        try FileManager.default.createSymbolicLink(
            atPath: file, withDestinationPath: "\(file).real")
        #expect(throws: PrivateFileError.self) { try keys.load() }
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.createDirectory(
            atPath: file, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o600]
        )
        #expect(throws: PrivateFileError.self) { try keys.load() }
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.moveItem(atPath: "\(file).real", toPath: file)
        try replace(String(repeating: "A", count: 257))
        #expect(throws: PrivateFileError.self) { try keys.load() }
    }

    @Test("a key of another user is refused", .enabled(if: geteuid() == 0))
    func refusesForeignFiles() throws {
        try keys.generate(SystemRandom())
        #expect(chown(file, 4_711, 0) == 0)
        let error = #expect(throws: PrivateFileError.self) { try keys.load() }
        #expect(error?.reason.contains("belongs to user 4711") == true)
    }

    @Test("a shared key is read from its file")
    func readsSharedKeys() throws {
        let path = "\(home.path)/psk"
        #expect(throws: PrivateFileError.self) { try PresharedKey.read(path) }
        let key = PresharedKey(random: SystemRandom())
        try PrivateFile(path: path).write(Array("\(key.base64)\n".utf8))
        #expect(try PresharedKey.read(path).equals(key))
        try PrivateFile(path: path).write(Array("no key".utf8))
        #expect(throws: PrivateFileError.self) { try PresharedKey.read(path) }
    }

    private func replace(_ text: String) throws {
        try PrivateFile("overlay.key", in: home.path).write(Array(text.utf8))
    }
}
