import Overlay
import Packet

/// A host of a simulation: an engine, and a worker that does what ``OverlayEngine/Action`` asks.
final class SimulatedHost {
    /// What the worker keeps of one peer.
    struct Lane {
        var current: UnsafeMutablePointer<Session>?
        var next: UnsafeMutablePointer<Session>?
        var endpoint: UnderlayAddress?
        var staged: [UInt64] = []
        /// Numbers that arrived, in order.
        var received: [UInt64] = []
        var keepalivesSent = 0
        var refusals = 0
        /// How often something had to wait for a session.
        var waitCount = 0
    }

    let name: String
    var engine: OverlayEngine
    var address: UnderlayAddress
    /// By peer.
    var lanes: [PeerNumber: Lane] = [:]
    /// What the worker refused, by reason.
    var failures: [Session.OpenResult] = []
    /// Datagrams to send, filled by the actions.
    var outbox: [(bytes: [UInt8], to: UnderlayAddress)] = []
    var persisted: [TAI64N] = []
    var installs: [SessionRole] = []
    var retiredCount = 0
    /// Retired sessions that the worker keeps for a while, if set.
    var holdsRetired = false
    var held: [UnsafeMutablePointer<Session>] = []
    /// Every header sent: nonces must be single.
    private var seenNonces: Set<[UInt8]> = []
    private(set) var repeatedNonceCount = 0
    private var table = SessionTable()

    init(_ name: String, _ engine: consuming OverlayEngine, at address: UnderlayAddress) {
        self.name = name
        self.engine = engine
        self.address = address
    }

    var sessionCount: Int { table.count }

    /// Sends `number` to `peer`, or keeps it until there is a session.
    func send(_ number: UInt64, to peer: PeerNumber, at time: SimulatedTime) {
        let session = lanes[peer]?.current
        if let session, session.pointee.maySend(now: time.now) {
            transmit([number, number], on: session, to: peer, at: time)
        } else {
            lanes[peer, default: Lane()].staged.append(number)
            lanes[peer]!.waitCount += 1
            engine.wantsSession(peer, now: time.now, wall: time.wall)
            act(at: time)
        }
    }

    /// Takes a datagram from the wire.
    func receive(_ bytes: [UInt8], from address: UnderlayAddress, at time: SimulatedTime) {
        let index = bytes.withUnsafeBytes { buffer in
            buffer.baseAddress.flatMap { Session.localIndex(of: $0, byteCount: buffer.count) }
        }
        if let index {
            receiveTransport(bytes, index, from: address, at: time)
        } else {
            engine.receive(bytes, from: address, now: time.now, wall: time.wall)
            act(at: time)
        }
    }

    func tick(at time: SimulatedTime) {
        engine.tick(now: time.now, wall: time.wall)
        act(at: time)
    }

    /// Does what the engine wants.
    func act(at time: SimulatedTime) {
        for action in engine.takeActions() {
            switch action {
            case .send(let bytes, to: let address, _): outbox.append((bytes, address))
            case .install(let session, let peer, let role):
                install(session, peer, role, at: time)
            case .retire(let session, let peer): retire(session, peer)
            case .keepalive(let peer):
                guard let session = lanes[peer]?.current else { break }
                lanes[peer]!.keepalivesSent += 1
                transmit([], on: session, to: peer, at: time)
            case .setEndpoint(let peer, let endpoint):
                lanes[peer, default: Lane()].endpoint = endpoint
            case .persist(let label): persisted.append(label)
            case .noSession(let peer):
                lanes[peer, default: Lane()].refusals += 1
                lanes[peer, default: Lane()].staged = []
            }
        }
    }

    /// Gives back what was held.
    func releaseHeld() {
        for session in held { engine.released(session) }
        held = []
    }

    private func install(
        _ session: UnsafeMutablePointer<Session>, _ peer: PeerNumber, _ role: SessionRole,
        at time: SimulatedTime
    ) {
        precondition(table.insert(session), "an index was given out twice")
        installs.append(role)
        switch role {
        case .initiator: promote(session, peer, at: time)
        case .responder: lanes[peer, default: Lane()].next = session
        }
    }

    private func retire(_ session: UnsafeMutablePointer<Session>, _ peer: PeerNumber) {
        precondition(table.remove(session), "a session was retired that was not installed")
        if lanes[peer]?.current == session { lanes[peer]?.current = nil }
        if lanes[peer]?.next == session { lanes[peer]?.next = nil }
        retiredCount += 1
        if holdsRetired { held.append(session) } else { engine.released(session) }
    }

    private func promote(
        _ session: UnsafeMutablePointer<Session>, _ peer: PeerNumber, at time: SimulatedTime
    ) {
        lanes[peer, default: Lane()].current = session
        let staged = lanes[peer]!.staged
        lanes[peer]!.staged = []
        for number in staged { send(number, to: peer, at: time) }
    }

    private func transmit(
        _ words: [UInt64], on session: UnsafeMutablePointer<Session>, to peer: PeerNumber,
        at time: SimulatedTime
    ) {
        let byteCount = words.count * 8
        var datagram = [UInt8](repeating: 0, count: byteCount + Session.overheadByteCount)
        let isSealed = datagram.withUnsafeMutableBytes { buffer in
            let plaintext = buffer.baseAddress! + Session.headerByteCount
            words.withUnsafeBytes {
                if byteCount > 0 {
                    plaintext.copyMemory(from: $0.baseAddress!, byteCount: byteCount)
                }
            }
            return session.pointee.seal(plaintext, byteCount: byteCount, now: time.now)
        }
        guard isSealed, let endpoint = lanes[peer]?.endpoint else { return }
        if !seenNonces.insert(Array(datagram[..<16])).inserted { repeatedNonceCount += 1 }
        outbox.append((datagram, endpoint))
    }

    private func receiveTransport(
        _ bytes: [UInt8], _ index: UInt32, from address: UnderlayAddress, at time: SimulatedTime
    ) {
        guard let session = table.find(index) else { return }
        var datagram = bytes
        let result = datagram.withUnsafeMutableBytes {
            session.pointee.open($0.baseAddress!, byteCount: $0.count, now: time.now)
        }
        guard case .packet(let byteCount) = result else {
            failures.append(result)
            return
        }
        let peer = session.pointee.peer
        if lanes[peer]?.endpoint != address {
            engine.heard(peer, from: address, now: time.now)
            act(at: time)
        }
        if byteCount > 0 {
            let number = datagram.withUnsafeBytes {
                $0.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
            }
            lanes[peer]!.received.append(number)
        }
        if lanes[peer]?.next == session {
            lanes[peer]!.next = nil
            promote(session, peer, at: time)
        }
    }
}

/// The two clocks of a simulation.
struct SimulatedTime {
    var now: UInt64
    var wall: UInt64
}
