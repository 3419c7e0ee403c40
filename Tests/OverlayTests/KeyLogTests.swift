import Overlay
import Synchronization
import Testing

/// A key log in memory.
final class LineLog: KeyLog {
    private let written = Mutex<[String]>([])

    var lines: [String] { written.withLock { $0 } }

    func write(line: String) { written.withLock { $0.append(line) } }
}

@Suite struct KeyLogTests {
    private let pair = HandshakePair()

    private func lines(_ local: PrivateKey, _ remote: PrivateKey, _ ephemeral: [UInt8]) -> [String]
    {
        [
            "LOCAL_STATIC_PRIVATE_KEY=\(local.base64)",
            "REMOTE_STATIC_PUBLIC_KEY=\(remote.publicKey.base64)",
            "LOCAL_EPHEMERAL_PRIVATE_KEY=\(PrivateKey(bytes: ephemeral.raw)!.base64)",
            "PRESHARED_KEY=\(HandshakePair.preshared.base64)",
        ]
    }

    @Test("the initiator writes the four lines that tshark reads, in its order")
    func initiatorWrites() {
        let log = LineLog()
        _ = pair.begin(keyLog: log)
        let expected = lines(pair.initiator, pair.responder, HandshakePair.initiatorEphemeral)
        #expect(log.lines == expected)
    }

    @Test("the responder writes its four lines when it answers, and none before")
    func responderWrites() {
        let log = LineLog()
        let opened = ResponderHandshake.open(
            HandshakePair.initiation, local: [pair.responder], keyLog: log)!
        #expect(log.lines.isEmpty)
        _ = pair.answer(opened)
        let expected = lines(pair.responder, pair.initiator, HandshakePair.responderEphemeral)
        #expect(log.lines == expected)
    }
}
