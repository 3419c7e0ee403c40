import CLinux
import Glibc
import Overlay
import Packet
import Ports
import Synchronization

/// The thread on which handshakes happen: of low priority, with bounded queues, so that no flood of
/// them takes a worker's time (a forged one costs more than a hundred sealed datagrams).
final class HandshakeThread: Sendable {
    /// What the control side asks, and what it is told.
    private struct Shared {
        var peers: [PeerSettings]?
        var identities: [PrivateKey]?
        var rekeys: [PeerNumber] = []
        var reports: [PeerNumber: PeerReport] = [:]
        var paths: [PeerNumber: Int] = [:]
        var counts = EngineCounts()
    }

    private let shared = Mutex(Shared())
    private let isStopping = Atomic<Bool>(false)
    private let link: OverlayLink
    private let thread = Mutex<SystemThread?>(nil)

    /// Handshakes over `sender` for the worker behind `link` and `worker`.
    init(_ link: OverlayLink) { self.link = link }

    /// Starts the thread; false when the system refuses one.
    func start(_ start: OverlayStart, _ worker: WorkerLink, _ sender: UnderlaySender) -> Bool {
        let started = SystemThread("vsw-handshake") { [self] in
            var loop = HandshakeLoop(start, link, worker, sender)
            run(&loop)
        }
        thread.withLock { $0 = started }
        return started != nil
    }

    /// Ends the thread; the worker must have ended before, because sessions are freed here.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        link.ring()
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }?.join()
    }

    /// Makes `peers` the peers, from now on.
    func configure(_ peers: [PeerSettings]) {
        shared.withLock { $0.peers = peers }
        link.ring()
    }

    /// Makes these this host's keys; the first speaks, all answer.
    func replaceIdentities(_ identities: [PrivateKey]) {
        shared.withLock { $0.identities = identities }
        link.ring()
    }

    /// Begins a handshake with `peer` soon, whether it is due or not.
    func rekey(_ peer: PeerNumber) {
        shared.withLock { $0.rekeys.append(peer) }
        link.ring()
    }

    /// How every peer stood, at most a second ago.
    var reports: [PeerNumber: PeerReport] { shared.withLock { $0.reports } }

    /// The longest frame that each peer's path is known to carry.
    var paths: [PeerNumber: Int] { shared.withLock { $0.paths } }

    /// What became of the handshake datagrams that no peer can be charged with.
    var counts: EngineCounts { shared.withLock { $0.counts } }

    /// How many handshake datagrams found the queue of this thread full.
    var lostCount: UInt64 { link.lostHandshakes.load(ordering: .relaxed) }

    private func run(_ loop: inout HandshakeLoop) {
        vsw_lower_priority()
        while !isStopping.load(ordering: .acquiring) {
            loop.wait()
            let wishes = shared.withLock { shared in
                defer {
                    shared.peers = nil
                    shared.identities = nil
                    shared.rekeys = []
                }
                return shared
            }
            loop.update(wishes.identities, wishes.peers, wishes.rekeys)
            loop.turn()
            if let reports = loop.dueReports() {
                shared.withLock { ($0.reports, $0.paths, $0.counts) = reports }
            }
        }
    }
}
