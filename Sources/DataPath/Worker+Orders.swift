import Overlay
import Packet
import Telemetry

/// What the handshake thread asks of a worker, done between two batches, strictly in order.
extension Worker {
    /// Carries out the waiting orders.
    @inline(never)
    mutating func obeyOrders() {
        guard let link = unsafe underlay?.pointee.link else { return }
        while let order = link.orders.pop() { obey(order) }
    }

    private mutating func obey(_ order: OverlayOrder) {
        switch order {
        case .install(let session, let peer, let role): unsafe install(session, peer, role)
        case .retire(let session, let peer): unsafe retire(session, peer)
        case .keepalive(let peer): sendInner(RawSpan(), to: peer)
        case .setEndpoint(let peer, let address): change(peer) { $0.endpoint = address }
        case .setPath(let peer, let byteCount): change(peer) { $0.frameByteCountMax = byteCount }
        case .giveUp(let peer): releaseHeld(for: peer, dropping: true)
        case .probe(let peer, let byteCount): sendProbe(byteCount, to: peer)
        }
    }

    private mutating func install(
        _ session: UnsafeMutablePointer<Session>, _ peer: PeerNumber, _ role: SessionRole
    ) {
        guard let underlay = unsafe underlay else { return }
        guard unsafe underlay.pointee.sessions.insert(session) else {
            return unsafe release(session)
        }
        change(peer) { unsafe $0.install(session, role) }
        releaseHeld(for: peer, dropping: false)
    }

    private mutating func retire(
        _ session: UnsafeMutablePointer<Session>, _ peer: PeerNumber
    ) {
        guard let underlay = unsafe underlay else { return }
        _ = unsafe underlay.pointee.sessions.remove(session)
        change(peer) { unsafe $0.retire(session) }
        unsafe release(session)
    }

    /// Gives the session back to the engine, which frees it.
    private func release(_ session: UnsafeMutablePointer<Session>) {
        guard let link = unsafe underlay?.pointee.link else { return }
        _ = link.releases.push(unsafe .released(session))
        link.ring()
    }

    private func change(_ peer: PeerNumber, _ change: (inout Lane) -> Void) {
        guard let underlay = unsafe underlay else { return }
        var lane = unsafe underlay.pointee[peer]
        change(&lane)
        unsafe underlay.pointee[peer] = lane
    }

    /// Lets the frames that wait for `peer` go on, judged anew under the policy in force; or drops
    /// them.
    @inline(never)
    mutating func releaseHeld(for peer: PeerNumber, dropping: Bool) {
        guard let underlay = unsafe underlay else { return }
        let count = unsafe underlay.pointee[peer].heldCount
        change(peer) { $0.heldCount = 0 }
        for _ in 0..<count {
            guard let entry = unsafe underlay.pointee.held.take(for: peer) else { return }
            let port = tables.port(entry.source)
            if dropping || !port.isPresent || !isServed(port) {
                dropHeld(entry)
            } else {
                pass(Passage(entry.frame, from: port, in: tables.network(of: port)))
            }
        }
    }

    /// Counts a frame that waited in vain; its port may have left meanwhile.
    private mutating func dropHeld(_ entry: HeldFrames.Entry) {
        guard isServed(entry.source) else {
            retired.dropped[.noSession] &+= 1
            return
        }
        count(entry.source).countDrop(.noSession)
        keepHeld(entry.frame, entry.source)
    }

    /// Sends an echo request of `byteCount` bytes of plaintext to `peer`.
    private mutating func sendProbe(_ byteCount: Int, to peer: PeerNumber) {
        let size = max(byteCount, PathProbe.byteCountMin)
        let space = scratch
        guard size <= space.byteCount else { return }
        let packet = unsafe Frame(base: space.base, byteCount: size)
        var bytes = packet.mutableBytes
        PathProbe.write(
            into: &bytes, byteCount: size, from: tables.overlay.address,
            to: tables.overlay.peer(peer).address)
        sendInner(packet.bytes, to: peer)
    }

    /// The end of a turn: what was sealed leaves.
    mutating func flushUnderlay() {
        guard let underlay = unsafe underlay else { return }
        unsafe underlay.pointee.flush()
        let lostCount = unsafe underlay.pointee.takeLostCount()
        if lostCount > 0, servesOverlay { count(.overlay).countLostSegments(lostCount) }
    }
}
