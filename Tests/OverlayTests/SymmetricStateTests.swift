import Overlay
import Testing

/// Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s of cacophony's vectors/cacophony.txt, whose prologue and
/// payloads are others than WireGuard's.
@Suite struct SymmetricStateTests {
    private static func key(_ text: String) -> PrivateKey { PrivateKey(bytes: bytes(text).raw)! }

    private let prologue = bytes("4a6f686e2047616c74")
    private let initiator = key("e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1")
    private let responder = key("4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893")
    private let first = key("893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a")
    private let second = key("bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b")
    private let preshared = bytes(
        "54686973206973206d7920417573747269616e20706572737065637469766521")
    private let messages: [(payload: [UInt8], sealed: [UInt8])] = [
        (
            "4c756477696720766f6e204d69736573",
            """
            ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944
            001e21de9f98ddd8e2ad57527207feb56253c9c94a9e496782ecfcb2a75fbcaf
            1b52948cc48daefe660c62119ab5000980c84831215f2441eba616548e832985
            464cf17e51ee93109008399a21f7e13f
            """
        ),
        (
            "4d757272617920526f746862617264",
            """
            95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843
            cb765f2caef0751b8f007572dab0322217755c0632f365717edbf34d33e87a
            """
        ),
        ("462e20412e20486179656b", "8153ca9833bc3c1b91a7e66e5f4d4f5b59bf9e64c2f20d15f0bba7"),
        ("4361726c204d656e676572", "07af0c9c86e1b4e80f36b04ff7688d51141af3debd0332f0a705ef"),
        (
            "4a65616e2d426170746973746520536179",
            "6ab1467c0448cc78394494abaaf23afce0e234315d6e2624dcbfa8a21c1c4d073d"
        ),
        (
            "457567656e2042f6686d20766f6e2042617765726b",
            "dfc346c0d2296ae6cf1acf6f12b8456a1dba228cf8d8b774aacf1c47fc53aa80ebc7a4c292"
        ),
    ].map { (bytes($0), bytes($1)) }

    /// The vector's first message, as the initiator writes it.
    private func writeFirst(_ state: inout SymmetricState) -> [UInt8] {
        let payload = messages[0].payload
        var message = first.publicKey.bytes + initiator.publicKey.bytes
        message += [UInt8](repeating: 0, count: 16) + payload + [UInt8](repeating: 0, count: 16)
        state.mixEphemeral(first.publicKey)
        #expect(holds(state.mixShared(first, responder.publicKey)))
        #expect(holds(state.seal(&message, at: 32, byteCount: 32)))
        #expect(holds(state.mixShared(initiator, responder.publicKey)))
        #expect(holds(state.seal(&message, at: 80, byteCount: payload.count)))
        return message
    }

    /// The vector's first message, as the responder reads it: the static key and the payload.
    private func readFirst(_ message: [UInt8], _ state: inout SymmetricState) -> [[UInt8]] {
        state.mixEphemeral(PublicKey(message.raw)!)
        #expect(holds(state.mixShared(responder, PublicKey(message.raw)!)))
        let key = array(state.open(message, at: 32, byteCount: 48))!
        #expect(holds(state.mixShared(responder, PublicKey(key.raw)!)))
        let payload = array(state.open(message, at: 80, byteCount: message.count - 80))!
        return [Array(key.prefix(32)), Array(payload.dropLast(16))]
    }

    private func mixSecond(_ state: inout SymmetricState) {
        state.mixEphemeral(second.publicKey)
        #expect(holds(state.mixShared(second, first.publicKey)))
        #expect(holds(state.mixShared(second, initiator.publicKey)))
        state.mixPreshared(LockedMemory(copying: preshared.raw))
    }

    private func transport(_ key: RawSpan, _ index: Int, counter: UInt64) -> [UInt8] {
        let aead = AEAD(key: key)!
        var buffer = messages[index].payload + [UInt8](repeating: 0, count: 16)
        let isSealed = buffer.withUnsafeMutableBytes {
            aead.seal($0.baseAddress!, byteCount: $0.count - 16, counter: counter)
        }
        return isSealed ? buffer : []
    }

    @Test("both handshake messages and the transport messages are those of cacophony")
    func matchesCacophony() {
        var ours = SymmetricState(responder: responder.publicKey, prologue: prologue)
        var theirs = SymmetricState(responder: responder.publicKey, prologue: prologue)
        let message = writeFirst(&ours)
        #expect(message == messages[0].sealed)
        #expect(readFirst(message, &theirs) == [initiator.publicKey.bytes, messages[0].payload])
        mixSecond(&theirs)
        mixSecond(&ours)  // the same secrets from the other side: X25519Tests
        let payload = messages[1].payload
        var answer = second.publicKey.bytes + payload + [UInt8](repeating: 0, count: 16)
        #expect(holds(theirs.seal(&answer, at: 32, byteCount: payload.count)))
        #expect(answer == messages[1].sealed)
        let opened = array(ours.open(answer, at: 32, byteCount: payload.count + 16))!
        #expect(opened.prefix(payload.count) == payload[...])
        let keys = ours.split()
        let same = theirs.split()
        #expect(holds(keys.equals(same)))
        for (index, counter) in zip(2..<6, [0, 0, 1, 1] as [UInt64]) {
            let half = (index % 2) * 32
            let sealed = transport(keys.bytes.extracting(half..<half + 32), index, counter: counter)
            #expect(sealed == messages[index].sealed, "message \(index)")
        }
    }

    @Test("the state begins with the hashes that every WireGuard has compiled in")
    func beginsAsOthersDo() {
        // CONSTRUCTION_HASH and IDENTIFIER_HASH of rustyguard, and of the kernel by another name.
        let (name, prologue) = (SymmetricState.construction, SymmetricState.identifier)
        let construction = Blake2s.hash(name.raw)
        #expect(
            construction.bytes.array
                == bytes("60e26daef327efc02ec335e2a025d2d016eb4206f87277f52d38d1988b78cd36"))
        let identifier = Blake2s.hash(construction.bytes, prologue.raw)
        #expect(
            identifier.bytes.array
                == bytes("2211b361081ac566691243db458ad5322d9c6c662293e8b70ee19c65ba079ef3"))
        let state = SymmetricState(responder: responder.publicKey)
        let start = Blake2s.hash(identifier.bytes, responder.publicKey.bytes.raw)
        #expect(state.transcript.array == start.bytes.array)
    }

    @Test("a copy goes its own way")
    func copies() {
        let state = SymmetricState(responder: responder.publicKey)
        var copy = SymmetricState(copying: state)
        #expect(copy.transcript.array == state.transcript.array)
        copy.mixEphemeral(first.publicKey)
        #expect(copy.transcript.array != state.transcript.array)
        #expect(holds(!copy.split().equals(state.split())))
    }

    @Test("a text that lies outside its message is refused")
    func refusesOutside() {
        var state = SymmetricState(responder: responder.publicKey)
        var message = [UInt8](repeating: 0, count: 40)
        #expect(holds(!state.seal(&message, at: 30, byteCount: 0)))
        for (offset, byteCount) in [(30, 16), (0, 15), (41, 16), (0, 41)] {
            let isOpened = state.open(message, at: offset, byteCount: byteCount) != nil
            #expect(!isOpened)
        }
    }
}
