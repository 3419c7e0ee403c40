/// The first message of a handshake (paper §5.4.2): 148 bytes.
package enum HandshakeInitiation {
    /// How many bytes it has.
    package static let byteCount = 148
    /// The message type in its first byte; three zero bytes follow.
    package static let type: UInt8 = 1

    static let senderOffset = 4
    static let ephemeralOffset = 8
    static let staticOffset = 40
    static let staticByteCount = PublicKey.byteCount + AEAD.tagByteCount
    static let timestampOffset = 88
    static let timestampByteCount = TAI64N.byteCount + AEAD.tagByteCount
    static let mac1Offset = 116

    /// The sender's index for the session to be, as little-endian; nil if `message` is none.
    package static func sender(_ message: [UInt8]) -> UInt32? {
        guard HandshakeKind(message) == .initiation else { return nil }
        return message.octets.littleEndian(at: senderOffset)
    }
}
