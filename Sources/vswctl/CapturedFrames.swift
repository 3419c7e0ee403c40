import ControlAPI
import Foundation
import Glibc

/// Takes the frames out of a pcapng file, for replay; of each the first bytes only.
package struct CapturedFrames {
    /// A frame of the file.
    package struct Item: Equatable {
        /// The interface's name; `?` when it has none.
        package let interface: String
        /// The length of the frame as it was on the wire, in bytes.
        package let length: Int
        /// The first bytes.
        package let bytes: [UInt8]
    }

    /// An interface of the section.
    private struct Interface {
        let name: String
        let linkType: UInt16
    }

    private let path: String
    private var interfaces: [Interface] = []
    private var reader = PcapNGReader()
    /// How many packets stand in blocks that are not read: simple and obsolete packet blocks.
    package private(set) var skippedCount = 0

    /// The link type of Ethernet (LINKTYPE_ETHERNET).
    private static let ethernet: UInt16 = 1

    /// The frames of the file at `path`, which is only named in messages.
    package init(of path: String) {
        self.path = path
    }

    /// Takes the next piece of the file; returns the frames that are whole by now.
    package mutating func take(_ bytes: [UInt8]) throws -> [Item] {
        reader.append(bytes)
        var items: [Item] = []
        do {
            while let block = try reader.next() {
                if let item = try frame(block) { items.append(item) }
            }
        } catch let error as PcapNGError {
            throw failure(error, bytes)
        }
        return items
    }

    /// Throws when the file ended amid a block.
    package func finish() throws {
        guard reader.hasSection else { throw failure(.notPcapNG, []) }
        guard reader.isAtBoundary else {
            throw CommandFailure("\(path) ends amid a block: it was cut off; capture it again")
        }
    }

    private mutating func frame(_ block: PcapNGBlock) throws -> Item? {
        switch block.kind {
        case .sectionHeader: interfaces = []
        case .interfaceDescription: interfaces.append(Self.interface(block))
        case .enhancedPacket: return try packet(block)
        case .interfaceStatistics: break
        // A packet block (2) or a simple packet block (3), §4.4 and appendix A.
        case nil where block.word(at: 0) == 2 || block.word(at: 0) == 3: skippedCount += 1
        case nil: break
        }
        return nil
    }

    /// The interface description block (§4.2).
    private static func interface(_ block: PcapNGBlock) -> Interface {
        let word = block.word(at: 8) ?? 0
        let linkType = UInt16(truncatingIfNeeded: block.isBigEndian ? word >> 16 : word)
        // No device's name is longer than 15 bytes; each request carries all of them.
        return Interface(name: String((block.interfaceName ?? "?").prefix(64)), linkType: linkType)
    }

    /// The enhanced packet block (§4.3).
    private func packet(_ block: PcapNGBlock) throws -> Item? {
        guard let number = block.interface, number < interfaces.count,
            let kept = block.word(at: 20), let length = block.word(at: 24),
            Int(kept) <= block.bytes.count - 32
        else { throw failure(.blockLength(block.bytes.count), []) }
        let interface = interfaces[Int(number)]
        guard interface.linkType == Self.ethernet else {
            throw CommandFailure(
                "the interface '\(interface.name)' of \(path) is not Ethernet (link type "
                    + "\(interface.linkType)); capture at a device, not at 'any'")
        }
        let count = min(Int(kept), ReplayFrame.byteCountMax)
        return Item(
            interface: interface.name, length: Int(length),
            bytes: Array(block.bytes[28..<28 + count]))
    }

    private func failure(_ error: PcapNGError, _ bytes: [UInt8]) -> CommandFailure {
        switch error {
        case .notPcapNG where Self.isClassic(bytes):
            CommandFailure(
                "\(path) is a pcap file of the old format, which does not tell where packets were "
                    + "seen; convert it with 'editcap -F pcapng \(path) NEW'")
        case .notPcapNG:
            CommandFailure(
                "\(path) is no pcapng file; write one with 'vswctl capture DEVICE --write FILE'")
        case .blockLength:
            CommandFailure("\(path) is damaged: a block contradicts its own length")
        }
    }

    /// Whether a file begins with one of the magic numbers of pcap, in either byte order.
    private static func isClassic(_ bytes: [UInt8]) -> Bool {
        let magics: [[UInt8]] = [
            [0xA1, 0xB2, 0xC3, 0xD4], [0xD4, 0xC3, 0xB2, 0xA1], [0xA1, 0xB2, 0x3C, 0x4D],
            [0x4D, 0x3C, 0xB2, 0xA1],
        ]
        return magics.contains(Array(bytes.prefix(4)))
    }
}

/// Reads a file piece by piece.
struct FilePieces {
    private let descriptor: CInt
    private let path: String

    /// Opens the file; throws a sentence that names it.
    init(_ path: String) throws {
        self.path = path
        // SAFETY: the path's C string lives through the call, which does not keep it.
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure("cannot read \(path): \(SystemReason())")
        }
    }

    /// The next piece; nil at the end.
    func next() throws -> [UInt8]? {
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        let count = unsafe piece.withUnsafeMutableBytes { buffer in
            unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        }
        guard count >= 0 else {
            throw CommandFailure("cannot read \(path): \(SystemReason())")
        }
        piece.removeLast(piece.count - count)
        return count == 0 ? nil : piece
    }

    /// Closes the file.
    func end() { close(descriptor) }
}
