import CLinux
import Glibc
import Overlay
import Packet
import Synchronization

/// What a worker and the handshake thread share: four rings, and the bell that wakes the latter.
///
/// Full rings lose what can be lost (a handshake is tried again) and never block the worker.
final class OverlayLink: Sendable {
    /// Datagrams that are not transport data, for the engine.
    let handshakes = Ring<HandshakeDatagram>(capacity: 1_024)
    /// What the worker has to tell the engine.
    let notices = Ring<OverlayNotice>(capacity: 4_096)
    /// The sessions that the worker has let go of, for the engine to free: room for all there are,
    /// because no such word is said again.
    let releases = Ring<OverlayNotice>(capacity: 8_192)
    /// What the engine wants of the worker.
    let orders = Ring<OverlayOrder>(capacity: 4_096)
    /// How many handshake datagrams found the ring full.
    let lostHandshakes = Atomic<UInt64>(0)
    /// How many handshake datagrams wait.
    let waitingHandshakes = Atomic<Int>(0)
    /// The eventfd that wakes the handshake thread.
    let bell: CInt

    /// A link with its bell; nil when the system has no descriptor left.
    init?() {
        bell = vsw_eventfd_create()
        if bell < 0 { return nil }
    }

    deinit { close(bell) }

    /// Wakes the handshake thread.
    func ring() { _ = vsw_eventfd_signal(bell) }
}

/// A handshake message as it came: at most 148 bytes (WireGuard paper §5.4).
struct HandshakeDatagram: BitwiseCopyable {
    /// The longest message.
    static let byteCountMax = 148

    /// Where it came from.
    let source: UnderlayAddress
    /// How many bytes of ``bytes`` it has.
    let byteCount: Int
    /// The message.
    var bytes = InlineArray<148, UInt8>(repeating: 0)

    /// A copy of the `byteCount` bytes at `base`; nil when no message is so long.
    init?(_ base: UnsafeRawPointer, byteCount: Int, from source: UnderlayAddress) {
        guard byteCount <= Self.byteCountMax else { return nil }
        self.source = source
        self.byteCount = byteCount
        for index in 0..<byteCount {
            bytes[index] = unsafe base.load(fromByteOffset: index, as: UInt8.self)
        }
    }

    /// The message, as the engine takes it.
    var message: [UInt8] { (0..<byteCount).map { bytes[$0] } }
}

/// Worker → engine.
@safe enum OverlayNotice: BitwiseCopyable {
    /// There is data for a peer and no session.
    case wantsSession(PeerNumber)
    /// An authentic datagram came from this address, which is not the peer's endpoint.
    case heard(PeerNumber, UnderlayAddress)
    /// The worker knows the session no more.
    case released(UnsafeMutablePointer<Session>)
    /// A probe of this plaintext size came back.
    case probeReturned(PeerNumber, Int)
    /// The system refused a datagram with this plaintext size as too big.
    case tooBig(PeerNumber, Int)
}

/// Engine → worker.
@safe enum OverlayOrder: BitwiseCopyable {
    /// Use this session.
    case install(UnsafeMutablePointer<Session>, PeerNumber, SessionRole)
    /// Let go of this session.
    case retire(UnsafeMutablePointer<Session>, PeerNumber)
    /// Show the peer that we are there.
    case keepalive(PeerNumber)
    /// The peer is reached here.
    case setEndpoint(PeerNumber, UnderlayAddress)
    /// There will be no session: drop what waits for it.
    case giveUp(PeerNumber)
    /// Send a probe of this plaintext size.
    case probe(PeerNumber, Int)
    /// The path carries frames up to this size.
    case setPath(PeerNumber, Int)
}
