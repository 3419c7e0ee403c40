import Packet

/// The sender's side of the protection against floods (paper §5.3, §5.4.7), for one peer: keeps the
/// cookie that the peer sent and proves with it that messages come from this address.
package struct CookieJar: Sendable {
    /// How long a cookie is used, in nanoseconds: as long as the peer's secret at most.
    package static let cookieLifetime: UInt64 = CookieChecker.secretLifetime

    private let remote: PublicKey
    private var sentMAC1: MessageMAC?
    private var cookie: (code: MessageMAC, since: UInt64)?

    /// A jar for cookies of `remote`.
    package init(remote: PublicKey) { self.remote = remote }

    /// Writes mac2 to an initiation or a response that is about to be sent, if there is a cookie.
    package mutating func stamp(_ message: inout [UInt8], now: UInt64) {
        guard let offset = HandshakeKind(message)?.mac1Offset else { return }
        sentMAC1 = MessageMAC(message.octets, at: offset)
        guard let cookie, now >= cookie.since, now - cookie.since < Self.cookieLifetime else {
            cookie = nil
            return
        }
        let mac2Offset = offset + MessageMAC.byteCount
        let mac2 = cookie.code.withBytes(KeyedBlake2s.init)
        mac2.code(of: message.octets.slice(0, mac2Offset)).store(in: &message, at: mac2Offset)
    }

    /// Keeps the cookie of a reply to the message stamped last. False, and nothing changes, if
    /// the peer did not send it, or answered another message or this one before.
    package mutating func receive(_ reply: [UInt8], now: UInt64) -> Bool {
        guard let sentMAC1, let code = CookieReply.open(reply, answering: sentMAC1, by: remote)
        else { return false }
        cookie = (code, now)
        self.sentMAC1 = nil
        return true
    }
}
