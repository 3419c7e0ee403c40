/// The second message of a handshake (paper §5.4.3): 92 bytes.
package enum HandshakeResponse {
    /// How many bytes it has.
    package static let byteCount = 92
    /// The message type in its first byte; three zero bytes follow.
    package static let type: UInt8 = 2

    static let senderOffset = 4
    static let receiverOffset = 8
    static let ephemeralOffset = 12
    static let emptyOffset = 44
    static let mac1Offset = 60

    /// The index that the initiator chose for this handshake; nil if `message` is no response.
    package static func receiver(_ message: [UInt8]) -> UInt32? {
        guard HandshakeKind(message) == .response else { return nil }
        return message.octets.littleEndian(at: receiverOffset)
    }
}
