import ControlAPI
import Glibc

/// Where the packets of a capture go: one pcapng stream, or one line for each packet.
actor PacketSink {
    /// The form in which packets are written.
    enum Form: Sendable {
        /// pcapng, to a descriptor that is open.
        case pcapng(Output)
        /// pcapng, to a file that is made when the first block arrives.
        case file(String)
        /// Lines of text to standard output.
        case lines
        /// Lines of JSON to standard output.
        case json
    }

    private let form: Form
    private let countMax: Int?
    private var merger = PcapNGMerger()
    private var decoders: [Int: PacketDecoder] = [:]
    private var file: Output?

    /// Packets so far.
    private(set) var count = 0

    /// Creates a sink that takes at most `countMax` packets.
    init(_ form: Form, countMax: Int?) {
        self.form = form
        self.countMax = countMax
    }

    /// Takes a block of stream number `stream`; false when the capture has all it wants.
    func take(_ block: PcapNGBlock, from stream: Int) throws -> Bool {
        if let countMax, count >= countMax { return false }
        switch form {
        case .pcapng(let output): try writeRaw(block, stream, output)
        case .file(let path): try writeRaw(block, stream, try opened(path))
        case .lines: try writeLine(block, stream) { Array($0.line.utf8) }
        case .json: try writeLine(block, stream) { try ControlJSON.encode($0) + [0x0A] }
        }
        if block.kind == .enhancedPacket { count += 1 }
        return countMax.map { count < $0 } ?? true
    }

    private func writeRaw(_ block: PcapNGBlock, _ stream: Int, _ output: Output) throws {
        guard let block = merger.merge(block, from: stream) else { return }
        try output.write(block.bytes)
    }

    private func writeLine(
        _ block: PcapNGBlock, _ stream: Int, _ form: (CapturedPacket) throws -> [UInt8]
    ) throws {
        guard let packet = decoders[stream, default: PacketDecoder()].decode(block) else { return }
        try Output.standard.write(try form(packet))
    }

    /// The capture file. Only its owner may read it: it holds what VMs say to each other.
    private func opened(_ path: String) throws -> Output {
        if let file { return file }
        // SAFETY: the path's C string lives through the call, which does not keep it.
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure("cannot write \(path): \(SystemReason())")
        }
        let output = Output(descriptor: descriptor)
        file = output
        return output
    }
}
