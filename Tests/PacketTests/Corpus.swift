import Foundation
import Packet
import Testing

/// A frame of the fuzzer's corpus, Fuzz/FrameParser/corpus: 10 bytes of virtio-net header, then the
/// frame. Those without the prefix `made-` were captured between two Linux hosts.
struct CorpusFrame: Sendable, CustomTestStringConvertible {
    let name: String
    let virtio: VirtioNetHeader
    let octets: [UInt8]

    var testDescription: String { name }

    /// Whether Linux sent the frame.
    var isCaptured: Bool { !name.hasPrefix("made-") }

    /// All of them, by name.
    static let all: [CorpusFrame] = {
        let files = try? FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        return (files ?? []).sorted { $0.path < $1.path }.compactMap(Self.init)
    }()

    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fuzz/FrameParser/corpus")

    /// The frame in `file`; nil when it cannot hold a header.
    private init?(_ file: URL) {
        guard let data = try? Data(contentsOf: file), data.count >= VirtioNetHeader.byteCount else {
            return nil
        }
        name = file.lastPathComponent
        virtio = data.withUnsafeBytes { $0.loadUnaligned(as: VirtioNetHeader.self) }
        octets = [UInt8](data.dropFirst(VirtioNetHeader.byteCount))
    }

    /// The frame of this name.
    static func named(_ name: String) throws -> CorpusFrame {
        try #require(all.first { $0.name == name }, "no corpus file \(name)")
    }
}
