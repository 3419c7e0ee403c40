import CLinux
import Glibc
import Overlay
import Packet
import Ports

/// The engine in its thread: rings and clock on one side, socket and worker on the other.
struct HandshakeLoop: ~Copyable {
    /// How often timers are looked at when nothing happens.
    private static let tickMilliseconds: CInt = 100
    /// How many handshake datagrams one turn takes.
    private static let datagramsMax = 64
    /// From so many waiting on, senders must prove their address (1/8 of the ring).
    private static let loadMin = 128
    private static let reportInterval: UInt64 = 500_000_000

    private var engine: OverlayEngine
    private var probes: [PeerNumber: PathMTUProbe] = [:]
    private var peers: [PeerNumber: PeerSettings] = [:]
    private var paths: [PeerNumber: Int] = [:]
    private let start: OverlayStart
    private let link: OverlayLink
    private let worker: WorkerLink
    private let sender: UnderlaySender
    private var reportedAt: UInt64 = 0
    private var mustReport = false
    /// The reserve of timestamps that is not on disk yet.
    private var unwritten: TAI64N?
    private var clock = Worker.Instant.now

    init(
        _ start: OverlayStart, _ link: OverlayLink, _ worker: WorkerLink, _ sender: UnderlaySender
    ) {
        self.start = start
        self.link = link
        self.worker = worker
        self.sender = sender
        engine = OverlayEngine(
            identities: start.identities, clock: TAI64NClock(last: start.lastTimestamp),
            random: SystemRandom())
    }

    /// Sleeps until the bell rings or timers are due.
    mutating func wait() {
        var bell = pollfd(fd: link.bell, events: Int16(POLLIN), revents: 0)
        if unsafe poll(&bell, 1, Self.tickMilliseconds) > 0 { _ = vsw_eventfd_drain(link.bell) }
        clock = .now
    }

    /// Takes over what the control side wishes.
    mutating func update(
        _ identities: [PrivateKey]?, _ peers: [PeerSettings]?, _ rekeys: [PeerNumber]
    ) {
        if let identities { engine.setIdentities(identities, now: clock.monotonic) }
        if let peers {
            engine.configure(peers, now: clock.monotonic)
            let former = self.peers.keys
            self.peers = Dictionary(peers.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
            // There will be no session with who is gone: nothing else lets go of what waits.
            for peer in former where self.peers[peer] == nil { push(.giveUp(peer)) }
            worker.ring()
            probes = probes.filter { self.peers[$0.key] != nil }
            paths = paths.filter { self.peers[$0.key] != nil }
            mustReport = true
        }
        for peer in rekeys {
            engine.rekey(peer, now: clock.monotonic, wall: clock.realtime)
        }
    }

    /// One turn: what came, what is due, what follows.
    mutating func turn() {
        takeNotices()
        takeDatagrams()
        engine.tick(now: clock.monotonic, wall: clock.realtime)
        tickProbes()
        act()
    }

    private mutating func takeNotices() {
        while let notice = link.releases.pop() ?? link.notices.pop() {
            switch notice {
            case .wantsSession(let peer):
                engine.wantsSession(peer, now: clock.monotonic, wall: clock.realtime)
            case .heard(let peer, let source):
                engine.heard(peer, from: source, now: clock.monotonic)
            case .released(let session): unsafe engine.released(session)
            case .probeReturned(let peer, let byteCount):
                probes[peer]?.acknowledged(byteCount, now: clock.monotonic)
            case .tooBig(let peer, let byteCount):
                probes[peer]?.refused(byteCount, now: clock.monotonic)
            }
        }
    }

    private mutating func takeDatagrams() {
        if link.waitingHandshakes.load(ordering: .relaxed) >= Self.loadMin {
            engine.queueIsFilling(now: clock.monotonic)
        }
        for _ in 0..<Self.datagramsMax {
            guard let datagram = link.handshakes.pop() else { return }
            link.waitingHandshakes.subtract(1, ordering: .relaxed)
            engine.receive(
                datagram.message, from: datagram.source, now: clock.monotonic,
                wall: clock.realtime)
        }
        link.ring()  // more may wait
    }

    /// Carries out what the engine decided.
    private mutating func act() {
        var hasOrders = false
        for action in engine.takeActions() {
            mustReport = true
            switch action {
            case .persist(let timestamp): unwritten = timestamp
            case .send(let message, let endpoint, _):
                if mayLeave(message) { send(message, to: endpoint) }
            default:
                if let order = OverlayOrder(action) { push(order) }
                hasOrders = true
                if case .install(_, let peer, _) = action { beginProbing(peer) }
            }
        }
        if hasOrders { worker.ring() }
    }

    /// Whether `message` may be sent. An initiation carries a timestamp: one that cannot be written
    /// down must not be used, because after a restart the next one might be older. The engine asks
    /// once for each reserve, so what failed is tried again here, before every initiation.
    private mutating func mayLeave(_ message: [UInt8]) -> Bool {
        guard let timestamp = unwritten, message.first == HandshakeInitiation.type else {
            return true
        }
        guard start.persist(timestamp) else { return false }
        unwritten = nil
        return true
    }

    private func send(_ message: [UInt8], to endpoint: UnderlayAddress) {
        unsafe message.withUnsafeBytes { bytes in
            _ = unsafe sender.send(bytes, to: endpoint)
        }
    }

    /// Hands an order to the worker, which empties the ring in every turn.
    private func push(_ order: OverlayOrder) {
        while !link.orders.push(order), !worker.hasEnded.load(ordering: .acquiring) {
            worker.ring()
            usleep(1_000)
        }
    }
}

// MARK: - Path MTU and reports

extension HandshakeLoop {
    private mutating func beginProbing(_ peer: PeerNumber) {
        guard probes[peer] == nil, let low = mtu(1_280, peer),
            let high = mtu(start.underlayMTU, peer)
        else { return }
        probes[peer] = PathMTUProbe(
            base: min(low.wireGuard, high.wireGuard), limit: high.wireGuard, now: clock.monotonic)
    }

    private mutating func tickProbes() {
        for peer in probes.keys {
            guard let byteCount = probes[peer]?.next(now: clock.monotonic) else { continue }
            push(.probe(peer, byteCount))
            worker.ring()
        }
        for (peer, probe) in probes {
            let frame =
                probe.plaintextByteCount
                - Encapsulation.headerByteCount(
                    isIPv6: !start.address.isIPv4)
            guard paths[peer] != frame else { continue }
            paths[peer] = frame
            push(.setPath(peer, frame))
            worker.ring()
        }
    }

    private func mtu(_ underlay: Int, _ peer: PeerNumber) -> OverlayMTU? {
        let endpoint = peers[peer]?.endpoint?.address ?? start.listen.address
        return OverlayMTU(
            underlay: underlay, underlayIsIPv6: !endpoint.isIPv4,
            innerIsIPv6: !start.address.isIPv4)
    }

    /// How every peer stands, when it is time to tell.
    mutating func dueReports() -> (
        reports: [PeerNumber: PeerReport], paths: [PeerNumber: Int], counts: EngineCounts
    )? {
        guard mustReport || clock.monotonic &- reportedAt >= Self.reportInterval else { return nil }
        reportedAt = clock.monotonic
        mustReport = false
        var reports: [PeerNumber: PeerReport] = [:]
        for peer in peers.keys { reports[peer] = engine.report(peer, now: clock.monotonic) }
        return (reports, paths, engine.counts)
    }
}

extension OverlayOrder {
    /// What the worker does about an action; nil for those that are the thread's own.
    init?(_ action: OverlayEngine.Action) {
        switch action {
        case .install(let session, let peer, let role):
            self = unsafe .install(session, peer, role)
        case .retire(let session, let peer): self = unsafe .retire(session, peer)
        case .keepalive(let peer): self = .keepalive(peer)
        case .setEndpoint(let peer, let endpoint): self = .setEndpoint(peer, endpoint)
        case .noSession(let peer): self = .giveUp(peer)
        case .send, .persist: return nil
        }
    }
}
