/// A symmetric key that two hosts mix into their handshake (paper §5.2), in ``LockedMemory``.
///
/// Without one both use 32 zero bytes, as `wg` does.
package final class PresharedKey: Sendable {
    /// How many bytes a key has.
    package static let byteCount = 32
    /// No preshared key: 32 zero bytes.
    package static let zero = PresharedKey(LockedMemory(byteCount: byteCount))

    let secret: LockedMemory

    private init(_ secret: consuming LockedMemory) { self.secret = secret }

    /// A new key.
    package convenience init(random: any RandomSource) {
        self.init(LockedMemory(byteCount: Self.byteCount, random: random))
    }

    /// Reads the 44 characters that `wg genpsk` writes.
    package convenience init?(base64: String) {
        var secret = LockedMemory(byteCount: Self.byteCount)
        guard KeyText.decode(base64, into: &secret) else { return nil }
        self.init(secret)
    }

    /// The 44 characters of the key. For the key file and the key log of tests: the text lies in
    /// ordinary memory.
    package var base64: String { KeyText.encode(secret) }

    /// Whether both are the same key, found out in constant time.
    package func equals(_ other: PresharedKey) -> Bool { secret.equals(other.secret) }
}

extension PresharedKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key never appears.
    package var description: String { "PresharedKey(…)" }
    /// As ``description``.
    package var debugDescription: String { description }
    /// Empty, so that `dump` shows nothing either.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
