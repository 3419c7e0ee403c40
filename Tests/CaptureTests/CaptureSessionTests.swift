import Capture
import Packet
import Testing

@Suite("CaptureSession")
struct CaptureSessionTests {
    private let port = PortNumber(rawValue: 7)

    @Test("a snap length outside 1...262,144 is refused", arguments: [0, -1, 262_145, .max, .min])
    func refusesSnapLength(byteCount: Int) {
        #expect(throws: CaptureError.snapByteCount(byteCount)) {
            try CaptureSession(CaptureRequest(port: port, snapByteCount: byteCount))
        }
    }

    @Test("a snap length at either end is accepted", arguments: [1, 262_144])
    func acceptsSnapLength(byteCount: Int) throws {
        let session = try CaptureSession(CaptureRequest(port: port, snapByteCount: byteCount))
        #expect(session.request.snapByteCount == byteCount)
    }

    @Test("a bad filter is refused before anything is mapped")
    func refusesBadFilter() {
        #expect(throws: CaptureError.self) {
            try CaptureSession(CaptureRequest(port: port, filter: "tcp port"))
        }
    }

    @Test("any ring size is made usable", arguments: [Int.min, 0, 1, 4_097, 100_000])
    func anyRingSizeWorks(byteCount: Int) throws {
        let session = try CaptureSession(CaptureRequest(port: port), ringByteCount: byteCount)
        FrameExample.ping.withFrame { session.tap.offer($0, CaptureExample.note()) }
        #expect(session.drain { _ in } == 1 && session.lost == 0)
    }

    @Test("a drain within a drain finds nothing, and does not deadlock")
    func nestedDrainFindsNothing() throws {
        let session = try CaptureExample.session([.ping, .arp])
        let count = session.drain { _ in #expect(session.drain { _ in } == 0) }
        #expect(count == 2)
    }

    @Test("an error about memory names the size, the cause and a way out")
    func memoryErrorIsASentence() {
        let text = "\(CaptureError.memory(byteCount: 8_192, errno: 12))"
        #expect(text.contains("8192 bytes: Cannot allocate memory; stop another capture"))
        #expect("\(CaptureError.snapByteCount(0))".contains("give 1 to 262144 bytes"))
    }
}
