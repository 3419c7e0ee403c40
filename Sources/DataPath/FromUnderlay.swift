import Overlay
import Packet
import Ports
import Telemetry

/// Step 11, inward: datagrams from other hosts are opened in place, and what was sealed in them
/// goes the way of every frame (11 → 3 → … → 12), from the port of the overlay.
extension Worker {
    /// Takes in the datagrams that wait.
    mutating func serveUnderlay() {
        guard let underlay = unsafe underlay else { return }
        unsafe underlay.pointee.port.receive(&underlay.pointee.batch)
        var joiner = unsafe FrameJoiner(
            into: underlay.pointee.joinSpace, joinsDatagrams: underlay.pointee.joinsDatagrams)
        for index in unsafe 0..<underlay.pointee.batch.count {
            let datagram = unsafe underlay.pointee.batch.datagram(at: index)
            guard !datagram.isTruncated else {
                dropDatagram(datagram.byteCount, .truncated)
                continue
            }
            for segment in 0..<datagram.segmentCount {
                let part = unsafe datagram.segment(at: segment)
                unsafe take(part, from: datagram.source, &joiner)
            }
        }
        deliver(&joiner)
    }

    /// One datagram: transport data is opened here, everything else is the handshake's.
    private mutating func take(
        _ datagram: UnsafeMutableRawBufferPointer, from source: UnderlayAddress,
        _ joiner: inout FrameJoiner
    ) {
        guard let base = datagram.baseAddress else { return }
        let byteCount = datagram.count
        guard let index = unsafe Session.localIndex(of: base, byteCount: byteCount) else {
            return unsafe takeHandshake(base, byteCount, from: source)
        }
        var found = unsafe underlay?.pointee.sessions.find(index)
        if unsafe found == nil { unsafe found = newSession(at: index) }
        guard let session = unsafe found else { return dropDatagram(byteCount, .underlay) }
        switch unsafe session.pointee.open(base, byteCount: byteCount, now: now) {
        case .packet(let plaintextByteCount):
            unsafe note(session, from: source)
            let plaintext = unsafe base + Session.headerByteCount
            unsafe takePlaintext(plaintext, plaintextByteCount, from: session.pointee.peer, &joiner)
        case .malformed, .expired: dropDatagram(byteCount, .underlay)
        case .authentication: dropDatagram(byteCount, .authentication)
        case .replay: dropDatagram(byteCount, .replay)
        }
    }

    /// The session of an index that nobody has yet. A peer's first datagram may come before the
    /// engine's word that there is a session: then that word waits in the ring.
    @inline(never)
    private mutating func newSession(at index: UInt32) -> UnsafeMutablePointer<Session>? {
        obeyOrders()
        return unsafe underlay?.pointee.sessions.find(index)
    }

    @inline(never)
    private func takeHandshake(
        _ base: UnsafeMutableRawPointer, _ byteCount: Int, from source: UnderlayAddress
    ) {
        guard let link = unsafe underlay?.pointee.link,
            let datagram = unsafe HandshakeDatagram(base, byteCount: byteCount, from: source),
            byteCount >= 4, unsafe (1...3).contains(base.load(as: UInt8.self))
        else { return dropDatagram(byteCount, .underlay) }
        if link.handshakes.push(datagram) {
            link.waitingHandshakes.add(1, ordering: .relaxed)
        } else {
            link.lostHandshakes.add(1, ordering: .relaxed)
        }
        link.ring()
    }

    /// Notes that the peer is there: with which session, and where.
    private mutating func note(
        _ session: UnsafeMutablePointer<Session>, from source: UnderlayAddress
    ) {
        guard let underlay = unsafe underlay else { return }
        let peer = unsafe session.pointee.peer
        var lane = unsafe underlay.pointee[peer]
        if unsafe lane.confirm(session) {
            unsafe underlay.pointee[peer] = lane
            // The engine makes no session of its own then, so nothing else would let them go.
            releaseHeld(for: peer, dropping: false)
        }
        if lane.endpoint != source { tell(peer, source) }
    }

    @inline(never)
    private func tell(_ peer: PeerNumber, _ source: UnderlayAddress) {
        guard let underlay = unsafe underlay else { return }
        var lane = unsafe underlay.pointee[peer]
        guard lane.mayTell(now: now) else { return }
        unsafe underlay.pointee[peer] = lane
        notify(.heard(peer, source))
    }

    /// An authentic plaintext: a guest's frame, a packet for this host, or a sign of life.
    private mutating func takePlaintext(
        _ base: UnsafeMutableRawPointer, _ byteCount: Int, from peer: PeerNumber,
        _ joiner: inout FrameJoiner
    ) {
        if unsafe joiner.extend(base, byteCount, from: peer) { return }
        let packet = unsafe DecapsulatedPacket(RawSpan(_unsafeStart: base, byteCount: byteCount))
        switch packet.kind {
        case .keepalive: return
        case .malformed, .fragment: return dropDatagram(byteCount, .underlay)
        case .vxlan, .host: break
        }
        guard packet.source == tables.overlay.peer(peer).address else {
            return dropDatagram(byteCount, .allowedIP)
        }
        guard packet.destination == tables.overlay.address else {
            return dropDatagram(byteCount, .underlay)
        }
        if packet.kind == .host {
            return unsafe takeHostPacket(base, packet, from: peer, &joiner)
        }
        guard let vni = packet.vxlan.vni, vni != .hosts,
            let network = tables.overlay.network(vni)
        else { return dropDatagram(packet.frameByteCount, .binding) }
        let frame = unsafe Frame(
            base: base + packet.frameOffset, byteCount: packet.frameByteCount)
        // Before the frame gets its virtio-net header, which lies over the VXLAN header.
        let headers = unsafe EncapsulationHeaders(
            base, byteCount: byteCount, frameOffset: packet.frameOffset)
        frame.virtio = VirtioNetHeader()
        let sealing = Sealing(peer: peer.rawValue, group: packet.vxlan.group)
        join(Passage(frame, from: .overlay, in: tables.network(at: network), sealing), &joiner)
        joiner.note(headers)
    }

    /// Joins the frame to the one before it if both are of one flow; else both go their own ways.
    mutating func join(_ passage: Passage, _ joiner: inout FrameJoiner) {
        if joiner.take(passage) { return }
        deliver(&joiner)
        if !joiner.take(passage) { arrive(passage) }
    }

    /// Lets what was joined so far go on.
    mutating func deliver(_ joiner: inout FrameJoiner) {
        if let passage = joiner.finish() { arrive(passage) }
    }

    private mutating func arrive(_ passage: Passage) {
        guard servesOverlay else { return }
        count(.overlay).countReceived(byteCount: passage.frame.byteCount)
        pass(passage)
    }

    /// Counts a datagram of which no frame comes out.
    func dropDatagram(_ byteCount: Int, _ reason: DropReason) {
        guard servesOverlay else { return }
        count(.overlay).countReceived(byteCount: byteCount)
        count(.overlay).countDrop(reason)
        keepUnread(RawSpan(), .overlay, reason)
    }
}

/// Joins the segments or datagrams of one flow that come one after the other into a super-frame, so
/// that rules, connection and device see one frame in place of many.
struct FrameJoiner: BitwiseCopyable {
    private var coalescer: SegmentCoalescer
    private let space: Frame
    private var first: Passage?
    /// Those around the latest frame that was taken.
    private var headers: EncapsulationHeaders?

    /// Nothing joined; what is joined will lie in `space`.
    init(into space: Frame, joinsDatagrams: Bool) {
        self.space = space
        coalescer = SegmentCoalescer(into: space, joinsDatagrams: joinsDatagrams)
    }

    /// Whether the plaintext at `base` goes on where the last one ended, with the very headers
    /// around its frame: then all that there was to ask about those was asked before. False says
    /// nothing.
    mutating func extend(
        _ base: UnsafeMutableRawPointer, _ byteCount: Int, from peer: PeerNumber
    ) -> Bool {
        guard let first, let headers, first.sealing.peer == peer.rawValue,
            unsafe headers.begin(base, byteCount: byteCount)
        else { return false }
        return unsafe coalescer.extend(
            Frame(base: base + headers.frameOffset, byteCount: first.frame.byteCount))
    }

    /// Remembers the headers around the frame that was offered just now, if one is held.
    mutating func note(_ headers: EncapsulationHeaders?) {
        self.headers = first == nil ? nil : headers
    }

    /// Whether `passage` is the first segment of a flow, or goes on where the last one ended.
    mutating func take(_ passage: Passage) -> Bool {
        if let first, !first.isJoinable(with: passage) { return false }
        switch coalescer.add(passage.frame, passage.parsed) {
        case .began: first = passage
        case .merged: break
        case .refused: return false
        }
        return true
    }

    /// What was joined, as one frame; nil when there is nothing.
    mutating func finish() -> Passage? {
        guard let first, let frame = coalescer.finish() else { return nil }
        self.first = nil
        headers = nil
        return Passage(frame, from: first.source, in: first.network, first.sealing)
    }
}

extension Passage {
    /// Whether both come from one host, for one network and group.
    fileprivate func isJoinable(with other: Passage) -> Bool {
        sealing.peer == other.sealing.peer && sealing.group == other.sealing.group
            && network.vni == other.network.vni
    }
}
