import Packet

/// The receiver's side of the protection against floods (paper §5.3, §5.4.7): it knows which
/// handshake messages are worth an X25519 operation.
///
/// - Cost: about a microsecond for a code; no X25519.
package struct CookieChecker: Sendable {
    /// What a handshake message proves about its sender.
    package enum Verdict: Sendable {
        /// Not even that it knows this host's public key: drop the message.
        case invalid
        /// That it knows this host's public key. Under load: answer with a cookie, no more.
        case mac1
        /// Also that it receives what is sent to its address.
        case mac2
    }

    /// How long a cookie secret is used, in nanoseconds: the paper's two minutes.
    package static let secretLifetime: UInt64 = 120_000_000_000

    private let identities: [Identity]
    private var secret: CookieSecret?

    /// A checker of messages to these identities of this host.
    package init(identities: [PublicKey]) {
        self.identities = identities.map { Identity(key: $0, mac1: $0.mac1) }
    }

    /// What `message`, an initiation or a response that came from `address`, proves.
    package func verdict(
        _ message: [UInt8], from address: UnderlayAddress, now: UInt64
    ) -> Verdict {
        guard let offset = HandshakeKind(message)?.mac1Offset,
            identities.contains(where: { $0.mac1.vouches(for: message, at: offset) })
        else { return .invalid }
        guard let secret, secret.isValid(at: now) else { return .mac1 }
        let mac2 = secret.cookie(for: address).withBytes(KeyedBlake2s.init)
        return mac2.vouches(for: message, at: offset + MessageMAC.byteCount) ? .mac2 : .mac1
    }

    /// The 64 bytes to answer to `message` from `address`; nil if its verdict is `invalid`.
    package mutating func reply(
        to message: [UInt8], from address: UnderlayAddress, now: UInt64, random: any RandomSource
    ) -> [UInt8]? {
        guard let offset = HandshakeKind(message)?.mac1Offset,
            let identity = identities.first(where: { $0.mac1.vouches(for: message, at: offset) })
        else { return nil }
        let secret = currentSecret(now, random)
        let span = message.octets
        let answered = CookieReply.Answered(
            sender: span.littleEndian(at: HandshakeInitiation.senderOffset),
            mac1: MessageMAC(span, at: offset))
        return CookieReply.seal(
            secret.cookie(for: address), answered, by: identity.key, random: random)
    }

    private mutating func currentSecret(_ now: UInt64, _ random: any RandomSource) -> CookieSecret {
        if let secret, secret.isValid(at: now) { return secret }
        let fresh = CookieSecret(now: now, random: random)
        secret = fresh
        return fresh
    }

    private struct Identity {
        let key: PublicKey
        let mac1: KeyedBlake2s
    }
}

/// The secret of which an address's cookie is made: the host remembers nothing about addresses.
private struct CookieSecret {
    private let code: KeyedBlake2s
    private let madeAt: UInt64

    init(now: UInt64, random: any RandomSource) {
        code = KeyedBlake2s(key: LockedMemory(random: random).bytes)
        madeAt = now
    }

    func isValid(at now: UInt64) -> Bool {
        now >= madeAt && now - madeAt < CookieChecker.secretLifetime
    }

    /// The cookie of an address: the code of its 16 bytes and its port (§5.4.7). Nobody else ever
    /// makes it, so the form is ours.
    func cookie(for address: UnderlayAddress) -> MessageMAC {
        let words = (address.address.high.bigEndian, address.address.low.bigEndian)
        var bytes = unsafe withUnsafeBytes(of: words) { unsafe Array($0) }
        bytes += [UInt8(address.port >> 8), UInt8(address.port & 0xff)]
        return code.code(of: bytes.octets)
    }
}
