import ControlPlane
import Foundation
import Testing

@Suite("ControlSocket")
struct ControlSocketTests {
    /// A listening Unix socket.
    private func listen(at path: String) throws -> CInt {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        try #require(status == 0)
        try #require(Foundation.listen(descriptor, 1) == 0)
        return descriptor
    }

    @Test("the directory is made, closed to others")
    func makesDirectory() throws {
        let temporary = try TemporaryDirectory()
        try ControlSocket("\(temporary.path)/run/vswitch/c.sock").prepare()
        #expect(try mode(of: "\(temporary.path)/run/vswitch") == 0o750)
    }

    @Test("a socket that nobody answers at is cleared away")
    func clearsStaleSocket() throws {
        let temporary = try TemporaryDirectory()
        let path = "\(temporary.path)/c.sock"
        close(try listen(at: path))
        try ControlSocket(path).prepare()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("a living socket is left alone")
    func respectsLivingSocket() throws {
        let temporary = try TemporaryDirectory()
        let path = "\(temporary.path)/c.sock"
        let descriptor = try listen(at: path)
        defer { close(descriptor) }
        let error = #expect(throws: StartError.self) { try ControlSocket(path).prepare() }
        #expect(error?.description.contains("another vswitchd answers") == true)
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test("another file in the place is left alone")
    func respectsFiles() throws {
        let temporary = try TemporaryDirectory()
        let path = "\(temporary.path)/c.sock"
        try write([1, 2, 3], to: path)
        let error = #expect(throws: StartError.self) { try ControlSocket(path).prepare() }
        #expect(error?.description.contains("not a socket") == true)
        #expect(try contents(path) == [1, 2, 3])
    }

    @Test("a path that no socket can have is refused", arguments: [0, 108, 5_000])
    func refusesLongPath(count: Int) {
        let path = String(repeating: "x", count: count)
        let error = #expect(throws: StartError.self) { try ControlSocket(path).prepare() }
        #expect(error?.description.contains("--socket") == true)
    }

    @Test("a directory that cannot be made is named")
    func refusesBadDirectory() throws {
        let temporary = try TemporaryDirectory()
        try write([1], to: "\(temporary.path)/file")
        let error = #expect(throws: StartError.self) {
            try ControlSocket("\(temporary.path)/file/c.sock").prepare()
        }
        #expect(error?.description.contains("\(temporary.path)/file/c.sock") == true)
    }
}
