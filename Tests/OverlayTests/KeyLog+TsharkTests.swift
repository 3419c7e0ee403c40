import Foundation
import Overlay
import Testing

/// tshark as the judge: an implementation of the protocol that is nobody's of ours.
@Suite struct KeyLogTsharkTests {
    private let pair = HandshakePair()

    @Test("tshark decrypts a captured session with the key log, down to the guest's text")
    func decrypts() throws {
        let log = LineLog()
        let datagrams = try conversation(log)
        let shown = try dissect(datagrams, log.lines)
        #expect(shown.contains("GET /marker-4711"), "\(shown.suffix(2_000))")
        #expect(shown.contains("Group Policy ID: 4660") || shown.contains("VXLAN"))
    }

    @Test("without the key log tshark sees a handshake and sealed data, and no text")
    func staysSealed() throws {
        let shown = try dissect(try conversation(LineLog()), [])
        #expect(shown.contains("WireGuard") && !shown.contains("marker-4711"))
    }

    /// Initiation, response, and one sealed frame from the initiator.
    private func conversation(_ log: LineLog) throws -> [(isFromInitiator: Bool, [UInt8])] {
        let initiator = pair.begin(keyLog: log)
        let opened = ResponderHandshake.open(initiator.message, local: [pair.responder])!
        let answer = pair.answer(opened)
        let keys = initiator.finish(answer.message)!
        let peer = try #require(PeerNumber(rawValue: 1))
        let session = Session(keys: keys, peer: peer, now: 1)!
        var packet = InnerPacket()
        packet.frame = Self.request
        let plaintext = packet.octets
        let padded = (plaintext.count + 15) & ~15
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: padded + 32, alignment: 16)
        defer { buffer.deallocate() }
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        for (index, octet) in plaintext.enumerated() { buffer[16 + index] = octet }
        let start = try #require(buffer.baseAddress) + 16
        let isSealed = session.seal(start, byteCount: padded, now: 1)
        #expect(isSealed)
        return [(true, initiator.message), (false, answer.message), (true, Array(buffer))]
    }

    /// An Ethernet frame with a TCP segment that asks a web server for a page.
    private static var request: [UInt8] {
        let text = Array("GET /marker-4711 HTTP/1.0\r\n\r\n".utf8)
        let ports: [UInt8] = [0x9c, 0x40, 0, 80]
        let tcp = ports + [0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 0x20, 0, 0, 0, 0, 0]
        var header: [UInt8] = [0x45, 0] + InnerPacket.big(UInt16(20 + tcp.count + text.count))
        header += [0, 1, 0x40, 0, 64, 6, 0, 0, 10, 66, 0, 1, 10, 66, 0, 2]
        header.replaceSubrange(10..<12, with: InnerPacket.big(~InnerPacket.sum(header)))
        return [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0] + header + tcp + text
    }

    /// What tshark tells of the datagrams, in full.
    private func dissect(
        _ datagrams: [(isFromInitiator: Bool, [UInt8])], _ keys: [String]
    ) throws -> String {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "vsw-tshark-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (capture, log) = (folder.appending(path: "wg.pcap"), folder.appending(path: "keys"))
        try Data(pcap(datagrams)).write(to: capture)
        try Data((keys.joined(separator: "\n") + "\n").utf8).write(to: log)
        let tshark = Process()
        tshark.executableURL = URL(filePath: "/usr/bin/env")
        tshark.arguments = [
            "tshark", "-n", "-r", capture.path, "-V", "-o", "wg.dissect_packet:TRUE", "-o",
            "wg.keylog_file:\(log.path)",
        ]
        let output = Pipe()
        tshark.standardOutput = output
        tshark.standardError = FileHandle.nullDevice
        try tshark.run()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        let text = String(decoding: printed, as: UTF8.self)
        tshark.waitUntilExit()
        return text
    }

    /// A capture file of UDP datagrams between two hosts (pcap, link type Ethernet).
    private func pcap(_ datagrams: [(isFromInitiator: Bool, [UInt8])]) -> [UInt8] {
        var file = little(0xa1b2_c3d4) + [2, 0, 4, 0] + little(0) + little(0) + little(65_535)
        file += little(1)
        for (index, (isFromInitiator, payload)) in datagrams.enumerated() {
            let (one, two): ([UInt8], [UInt8]) = ([192, 0, 2, 1], [192, 0, 2, 2])
            let ends = isFromInitiator ? one + two : two + one
            var header: [UInt8] = [0x45, 0] + InnerPacket.big(UInt16(28 + payload.count))
            header += [0, 0, 0x40, 0, 64, 17, 0, 0] + ends
            header.replaceSubrange(10..<12, with: InnerPacket.big(~InnerPacket.sum(header)))
            let udp =
                InnerPacket.big(51_820) + InnerPacket.big(51_820)
                + InnerPacket.big(UInt16(8 + payload.count)) + [0, 0]
            let frame = [UInt8](repeating: 2, count: 12) + [8, 0] + header + udp + payload
            let size = little(UInt32(frame.count))
            file += little(UInt32(1_000 + index)) + little(0) + size + size + frame
        }
        return file
    }

    private func little(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
