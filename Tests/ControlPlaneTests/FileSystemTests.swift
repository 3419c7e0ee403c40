import ControlPlane
import Foundation
import Testing

@Suite struct FileSystemTests {
    @Test("a file is made for its owner alone, read back, and replaced at once")
    func writesAndReads() throws {
        let directory = try TemporaryDirectory()
        let folder = directory.path
        let (path, other) = (folder + "/a", folder + "/b")
        let file = FileSystem.makeFile(path)
        try #require(file >= 0)
        #expect(FileSystem.write([1, 2, 3], to: file))
        FileSystem.close(file)
        #expect(try mode(of: path) == 0o600)
        #expect(FileSystem.move(path, to: other) == 0 && !FileSystem.exists(path))
        let again = FileSystem.openFile(other)
        defer { FileSystem.close(again) }
        var bytes = [UInt8](repeating: 9, count: 5)
        #expect(FileSystem.read(again, into: &bytes) == 3 && bytes == [1, 2, 3, 9, 9])
        _ = consume directory
    }

    @Test("a link at the end of a path is not followed, and a pipe not waited for")
    func refusesLinks() throws {
        let directory = try TemporaryDirectory()
        let folder = directory.path
        try Data().write(to: URL(filePath: folder + "/victim"))
        try #require(symlink(folder + "/victim", folder + "/link") == 0)
        #expect(FileSystem.makeFile(folder + "/link") == -1 && errno == ELOOP)
        #expect(FileSystem.openFile(folder + "/link") == -1 && errno == ELOOP)
        try #require(mkfifo(folder + "/pipe", 0o600) == 0)
        let pipe = FileSystem.openFile(folder + "/pipe")
        #expect(pipe >= 0)
        FileSystem.close(pipe)
        _ = consume directory
    }

    @Test("an exclusive file, and a second name, exist only once")
    func isExclusive() throws {
        let directory = try TemporaryDirectory()
        let folder = directory.path
        let path = folder + "/a"
        FileSystem.close(FileSystem.makeFile(path, exclusively: true))
        #expect(FileSystem.makeFile(path, exclusively: true) == -1 && errno == EEXIST)
        #expect(FileSystem.link(path, as: folder + "/b") == 0)
        #expect(FileSystem.link(path, as: folder + "/b") == -1 && errno == EEXIST)
        _ = consume directory
    }

    @Test("missing directories are made; a file in their place is told from one")
    func makesDirectories() throws {
        let directory = try TemporaryDirectory()
        let folder = directory.path
        #expect(FileSystem.makeDirectories(folder + "/x/y/z", mode: 0o700))
        #expect(FileSystem.makeDirectories(folder + "/x/y/z", mode: 0o700))
        #expect(try mode(of: folder + "/x/y/z") == 0o700)
        #expect(FileSystem.canWrite(in: folder + "/x/y/z"))
        #expect(FileSystem.flushDirectory(folder + "/x"))
        try Data().write(to: URL(filePath: folder + "/file"))
        #expect(!FileSystem.makeDirectories(folder + "/file", mode: 0o700))
        #expect(!FileSystem.makeDirectories(folder + "/file/a", mode: 0o700))
        #expect(!FileSystem.isSocket(folder + "/file"))
        FileSystem.remove(folder + "/file")
        #expect(!FileSystem.exists(folder + "/file"))
        _ = consume directory
    }

    @Test("what cannot be written or read says so")
    func reportsFailure() throws {
        let full = open("/dev/full", O_WRONLY)
        defer { FileSystem.close(full) }
        #expect(!FileSystem.write([1], to: full) && errno == ENOSPC)
        var bytes: [UInt8] = [0]
        #expect(FileSystem.read(full, into: &bytes) == -1)
        #expect(!FileSystem.flushDirectory("/nowhere"))
    }
}
