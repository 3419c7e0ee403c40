/// What became of the handshake datagrams that no peer can be charged with.
package struct EngineCounts: Equatable, Sendable {
    /// Handshake datagrams that came, of every kind and quality.
    package var received = 0
    /// Not of a known type and its size.
    package var malformed = 0
    /// The sender does not know our public key (mac1).
    package var badMAC1 = 0
    /// Under load: the sender's address was not proved, and it got a cookie.
    package var cookiesSent = 0
    /// Under load: a proved address asked too often.
    package var limited = 0
    /// An initiation that does not decrypt.
    package var refused = 0
    /// An initiation from a host that is no peer of ours.
    package var unknownPeer = 0
    /// A response or cookie for an index that is not waiting for one.
    package var unknownIndex = 0

    /// Nothing yet.
    package init() {}
}
