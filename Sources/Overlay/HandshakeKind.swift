/// Which handshake message a datagram is, by its type bytes and its exact length (paper §5.4).
package enum HandshakeKind: Sendable {
    case initiation
    case response
    case cookieReply

    /// Nil if the datagram is none of them.
    package init?(_ datagram: [UInt8]) {
        guard datagram.count >= 4, datagram[1] == 0, datagram[2] == 0, datagram[3] == 0 else {
            return nil
        }
        switch (datagram[0], datagram.count) {
        case (HandshakeInitiation.type, HandshakeInitiation.byteCount): self = .initiation
        case (HandshakeResponse.type, HandshakeResponse.byteCount): self = .response
        case (CookieReply.type, CookieReply.byteCount): self = .cookieReply
        default: return nil
        }
    }

    /// Where mac1 begins, which authenticates all bytes before it; nil for a cookie reply.
    var mac1Offset: Int? {
        switch self {
        case .initiation: HandshakeInitiation.mac1Offset
        case .response: HandshakeResponse.mac1Offset
        case .cookieReply: nil
        }
    }
}
