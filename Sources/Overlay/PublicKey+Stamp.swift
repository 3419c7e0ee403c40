import Packet

extension PublicKey {
    /// `mac1----`: the label of the key with which messages to this host are stamped (§5.4.4).
    private static let mac1Label = Array("mac1----".utf8)
    /// `cookie--`: the label of the key under which this host sends cookies (§5.4.7).
    private static let cookieLabel = Array("cookie--".utf8)

    /// mac1 of messages to this host: proof that their sender knows its public key.
    var mac1: KeyedBlake2s {
        let key = withBytes { Blake2s.hash(Self.mac1Label.octets, $0) }
        return KeyedBlake2s(key: key.bytes)
    }

    /// The key under which this host sends cookies.
    var cookieKey: LockedMemory {
        withBytes { Blake2s.hash(Self.cookieLabel.octets, $0) }
    }

    /// Writes mac1 at `offset` of a message to this host.
    func stamp(_ message: inout [UInt8], at offset: Int) {
        mac1.code(of: message.octets.slice(0, offset)).store(in: &message, at: offset)
    }
}
