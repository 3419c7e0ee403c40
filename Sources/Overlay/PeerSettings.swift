import Packet

/// Who a peer is and where it is, as the control side has it.
package struct PeerSettings: Sendable {
    /// Which peer.
    package var number: PeerNumber
    /// Its public keys: all of them may call, and the first one is called. While a host changes
    /// its key both are listed; retries go round the list. A peer without a key is mute.
    package var publicKeys: [PublicKey]
    /// The secret that both hosts share beside their keys (paper §5.2); ``PresharedKey/zero``
    /// when there is none.
    package var preshared: PresharedKey
    /// Where it listens; nil when only it can call.
    package var endpoint: UnderlayAddress?
    /// Whether we follow it to wherever its authentic datagrams come from (paper §2.1). A peer
    /// without an ``endpoint`` is always followed; any other is only ever sent to there.
    package var roams = false
    /// Seconds after which an empty datagram keeps a translator's entry alive; nil or 0: none.
    package var persistentKeepalive: UInt16?

    /// The peer with these keys: no shared secret, no known endpoint.
    package init(number: PeerNumber, publicKeys: [PublicKey]) {
        self.number = number
        self.publicKeys = publicKeys
        preshared = .zero
    }
}
