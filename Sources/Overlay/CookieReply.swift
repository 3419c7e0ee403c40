import Packet

/// What a host under load answers to a handshake message (paper §5.4.7): 64 bytes.
package enum CookieReply {
    /// How many bytes it has.
    package static let byteCount = 64
    /// The message type in its first byte; three zero bytes follow.
    package static let type: UInt8 = 3

    static let receiverOffset = 4
    static let nonceOffset = 8
    static let cookieOffset = 32
    static let cookieByteCount = MessageMAC.byteCount + AEAD.tagByteCount

    /// The index that the answered message named as its sender's; nil if `message` is no reply.
    package static func receiver(_ message: [UInt8]) -> UInt32? {
        guard HandshakeKind(message) == .cookieReply else { return nil }
        return message.octets.littleEndian(at: receiverOffset)
    }
}

extension CookieReply {
    /// The message to which a reply is the answer.
    struct Answered {
        let sender: UInt32
        let mac1: MessageMAC
    }

    /// The reply of the host `key` that carries `cookie`.
    static func seal(
        _ cookie: MessageMAC, _ answered: Answered, by key: PublicKey, random: any RandomSource
    ) -> [UInt8]? {
        var reply = [UInt8](repeating: 0, count: byteCount)
        reply[0] = type
        reply.storeLittleEndian(answered.sender, at: receiverOffset)
        cookie.store(in: &reply, at: cookieOffset)
        let nonce = LockedMemory(byteCount: XChaCha20Poly1305.nonceByteCount, random: random)
        reply.store(nonce.bytes, at: nonceOffset)
        guard let cipher = XChaCha20Poly1305(key: key.cookieKey.bytes, nonce: nonce.bytes) else {
            return nil
        }
        let isSealed = unsafe reply.withUnsafeMutableBytes { reply in
            guard let base = reply.baseAddress else { return false }
            return answered.mac1.withBytes {
                unsafe cipher.seal(
                    base + cookieOffset, byteCount: MessageMAC.byteCount, vouchingFor: $0)
            }
        }
        return isSealed ? reply : nil
    }

    /// The cookie in a reply of the host `key` to the message with this mac1; nil if it is none.
    static func open(
        _ reply: [UInt8], answering mac1: MessageMAC, by key: PublicKey
    ) -> MessageMAC? {
        guard HandshakeKind(reply) == .cookieReply else { return nil }
        let bytes = reply.octets
        let cookieKey = key.cookieKey
        let nonce = bytes.slice(nonceOffset, cookieOffset)
        guard let cipher = XChaCha20Poly1305(key: cookieKey.bytes, nonce: nonce) else { return nil }
        let text = mac1.withBytes {
            cipher.open(bytes.slice(cookieOffset, byteCount), vouchingFor: $0)
        }
        guard let text else { return nil }
        return MessageMAC(text.bytes)
    }
}
