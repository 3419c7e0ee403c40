import ControlPlane
import Foundation
import Testing

/// A file system of a few pages, mounted for one test.
private struct TinyDisk: ~Copyable {
    let path: String

    init(kibibytes: Int) throws {
        path = "/tmp/vsw-disk-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let status = mount("tmpfs", path, "tmpfs", 0, "size=\(kibibytes)k")
        try #require(status == 0)
    }

    deinit {
        umount2(path, CInt(MNT_DETACH))
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Takes what space is left.
    func fill() {
        _ = FileManager.default.createFile(atPath: "\(path)/filler", contents: nil)
        guard let file = FileHandle(forWritingAtPath: "\(path)/filler") else { return }
        for size in [4096, 1] {
            while (try? file.write(contentsOf: Data(count: size))) != nil {}
        }
    }

    /// Gives the space back.
    func drain() { try? FileManager.default.removeItem(atPath: "\(path)/filler") }

    /// Makes the file system read-only, or writable again.
    func remount(readOnly: Bool) throws {
        let flags = UInt(MS_REMOUNT | (readOnly ? MS_RDONLY : 0))
        let status = mount("none", path, nil, flags, nil)
        try #require(status == 0)
    }
}

@Suite("a full disk", .enabled(if: getuid() == 0, "needs root to mount a small file system"))
struct FullDiskTests {
    @Test("a change on a full disk is refused in a sentence; the old state stands, and it recovers")
    func refusesChange() throws {
        let disk = try TinyDisk(kibibytes: 256)
        let directory = try StateDirectory(disk.path)
        let store = try StateStore(in: directory)
        _ = try store.change { $0 = .sample }
        disk.fill()
        let large = StoredPolicy(path: "p", text: String(repeating: "x", count: 40_000))
        let error = #expect(throws: StateError.self) {
            try store.change { $0.policies.append(large) }
        }
        #expect(error?.kind == .full, "\(String(describing: error))")
        #expect(try store.load() == .sample)
        disk.drain()
        #expect(try store.change { $0.policies.append(large) }.policies.count == 3)
        store.close()
        #expect(try StateStore(in: directory).load().policies.count == 3)
    }

    @Test("a first start on a full disk leaves no half-made database behind")
    func refusesFirstStart() throws {
        let disk = try TinyDisk(kibibytes: 128)
        disk.fill()
        let error = #expect(throws: StateError.self) {
            _ = try StateStore(in: StateDirectory(disk.path))
        }
        #expect(error?.kind == .full, "\(String(describing: error))")
        disk.drain()
        #expect(try StateStore(in: StateDirectory(disk.path)).load() == .initial)
    }

    @Test("a read-only file system is named as the reason")
    func refusesReadOnly() throws {
        let disk = try TinyDisk(kibibytes: 256)
        do { try StateStore(in: StateDirectory(disk.path)).close() }
        try disk.remount(readOnly: true)
        let error = #expect(throws: StateError.self) {
            _ = try StateStore(in: StateDirectory(disk.path))
        }
        #expect(error?.kind == .readOnly)
        try disk.remount(readOnly: false)
    }
}
