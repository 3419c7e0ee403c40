import Glibc
import Overlay
import Packet
import Ports
import Synchronization

/// A stranger who knows a host's public key, and sends it initiations that are worth computing for:
/// each has a right mac1.
struct HandshakeFlood {
    let messages: [[UInt8]]
    let target: UnderlayAddress

    /// Initiations of strangers to the host with `key` at `target`.
    init(to key: PublicKey, at target: UnderlayAddress) {
        self.target = target
        messages = (0..<64 as Range<UInt32>).compactMap { number in
            let handshake = InitiatorHandshake(
                HandshakeCredentials(local: PrivateKey(random: SystemRandom()), remote: key),
                localIndex: number, timestamp: TAI64N(wall: RawHost.wall), random: SystemRandom())
            guard let handshake else { return nil }
            return handshake.message
        }
    }

    /// Sends `count` of them as fast as the system takes them; returns how many it took.
    func send(_ count: Int) throws -> Int {
        let port = try UnderlaySocket(OverlayRig.loopback(0)).open()
        let sender = port.sender
        return (0..<count).count { number in
            messages[number % messages.count].withUnsafeBytes {
                sender.send($0, to: target).outcome == .sent
            }
        }
    }

    /// Sends some 25,000 a second until the task is cancelled, and then tells how many those were.
    func run() -> Task<Int, any Error> {
        let (messages, target) = (messages, target)
        return Task.detached {
            let port = try UnderlaySocket(OverlayRig.loopback(0)).open()
            var count = 0
            while !Task.isCancelled {
                for message in messages.prefix(32) {
                    _ = message.withUnsafeBytes { port.sender.send($0, to: target) }
                    count += 1
                }
                try? await Task.sleep(for: .milliseconds(1))
            }
            return count
        }
    }
}

/// Holds the handshake thread where it writes down its timestamps, as a slow disk does.
final class SlowDisk: Sendable {
    /// Whether somebody waits.
    let isBusy = Atomic<Bool>(false)
    private let isDone = Atomic<Bool>(false)

    /// Returns when the disk is done.
    func write() -> Bool {
        isBusy.store(true, ordering: .releasing)
        while !isDone.load(ordering: .acquiring) { usleep(1_000) }
        return true
    }

    /// From now on, every write returns at once.
    func finish() { isDone.store(true, ordering: .releasing) }
}
