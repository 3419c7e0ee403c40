import Overlay

/// Two hosts with fixed keys, and the handshake that Python's noiseprotocol 0.3.1, an
/// implementation that shares no code with ours, makes of them.
struct HandshakePair {
    static let initiatorKey = [UInt8](1...32)
    static let responderKey = [UInt8](33...64)
    static let initiatorEphemeral = [UInt8](65...96)
    static let responderEphemeral = [UInt8](97...128)
    static let preshared = PresharedKey(random: ScriptedSource([UInt8](200...231)))
    static let timestamp = TAI64N(bytes: bytes("400000006553f10a1d000000"))!
    static let initiatorIndex: UInt32 = 0x1122_3344
    static let responderIndex: UInt32 = 0x5566_7788

    static let initiation = bytes(
        """
        010000004433221164b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d48466158a0e4c
        a242d151ca97ab90159a98b67e616625e68b4065d357376b6598e644ad7d678c0295d22de4cb43d5135581ed
        36346bfa7cf42a123c39f89392ee3c9bd723c3e88ed1b258f86b2dae9704eae98d0ad66f0e599f4dc83ba3a2
        00000000000000000000000000000000
        """)
    static let response = bytes(
        """
        020000008877665544332211244fe3b963e899dd295baffce248d3530f3a9a7479ba063002680ebfe7adad49
        b7ad1f1942522693200879e833773176f08d5e71d81202a18e0d2537432cd2f9
        00000000000000000000000000000000
        """)
    static let keys = (
        bytes("75b7e787e2d8889509035f7861b3dfab4e8a204b52a2d5d29bcf07b8004d1d46"),
        bytes("640efc894e6d549318207d6271651ee436e484c89dd9a1d7b8099db91103bf1d")
    )
    /// The same without a preshared key; the initiation does not depend on it.
    static let plainResponse = bytes(
        """
        020000008877665544332211244fe3b963e899dd295baffce248d3530f3a9a7479ba063002680ebfe7adad49
        a2d4c3c2a301c7a867a1b626321f4f671903e3a804f49a48e6735379f91ee83a
        00000000000000000000000000000000
        """)
    static let plainKeys = (
        bytes("c5f330b6dc92c8bd4124800733b33cd9d7e5dd2ac8c782e1b558f9b2b60804d8"),
        bytes("df0e53eac779a4c1ab023907c8dda549efdbf8ca9a4ce931ba1d27a2a8be73f9")
    )

    let initiator = PrivateKey(bytes: initiatorKey.raw)!
    let responder = PrivateKey(bytes: responderKey.raw)!

    /// The initiator's handshake, with the fixed ephemeral key.
    func begin(
        preshared: PresharedKey = HandshakePair.preshared, keyLog: (any KeyLog)? = nil
    ) -> InitiatorHandshake {
        let credentials = HandshakeCredentials(
            local: initiator, remote: responder.publicKey, preshared: preshared, keyLog: keyLog)
        return InitiatorHandshake(
            credentials, localIndex: Self.initiatorIndex, timestamp: Self.timestamp,
            random: ScriptedSource(Self.initiatorEphemeral))!
    }

    /// The responder's answer, with the fixed ephemeral key.
    func answer(
        _ opened: borrowing OpenedInitiation, preshared: PresharedKey = HandshakePair.preshared
    ) -> HandshakeAnswer {
        opened.answer(
            preshared: preshared, localIndex: Self.responderIndex,
            random: ScriptedSource(Self.responderEphemeral))!
    }
}
