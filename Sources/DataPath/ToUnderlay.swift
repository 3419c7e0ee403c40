import Overlay
import Packet
import Telemetry

/// Step 11, outward: the frame is segmented into the place from which it leaves, encapsulated, and
/// sealed there.
extension Worker {
    /// Sends a judged frame to the host of its receiver. One that the path does not carry is cut
    /// up, if its sender allows that, else its sender is told.
    mutating func sendToPeer(_ passage: inout Passage) -> Departure {
        let peer = tables.overlay.remote(passage.remote).peer
        let limit = frameByteCountMax(toward: peer)
        clampSegmentSize(passage, to: peer.rawValue)
        passage.frame.virtio = passage.outgoingVirtio
        guard passage.largestFrameByteCount > limit else { return seal(&passage, for: peer) }
        if let departure = sealFragments(of: &passage, for: peer, limit) { return departure }
        replyTooBig(to: passage, mtu: limit - EthernetHeader.byteCount)
        return .failed(.mtuExceeded)
    }

    /// Seals a frame for `peer`; without a session, a frame with one receiver waits.
    mutating func seal(_ passage: inout Passage, for peer: PeerNumber) -> Departure {
        guard let underlay = unsafe underlay else { return .failed(.noSession) }
        guard passage.largestFrameByteCount <= frameByteCountMax(toward: peer) else {
            return .failed(.mtuExceeded)
        }
        guard let crossing = crossing(of: passage, to: peer) else {
            return hold(passage, for: peer)
        }
        passage.frame.virtio = passage.outgoingVirtio
        if passage.frame.virtio.isSuperFrame { return sealSegments(of: passage, crossing) }
        var space = unsafe underlay.pointee.space(for: passage.frame.byteCount, crossing)
        space.byteCount = passage.frame.byteCount
        unsafe space.base.copyMemory(
            from: passage.frame.base, byteCount: passage.frame.byteCount)
        space.virtio = passage.frame.virtio
        ChecksumCompletion.complete(space, passage.parsed)
        let isSealed = unsafe underlay.pointee.commit(space, crossing, now: now)
        return isSealed ? .sent : .failed(.noSession)
    }

    private mutating func sealSegments(of passage: Passage, _ crossing: Crossing) -> Departure {
        guard let underlay = unsafe underlay,
            var segmenter = Segmenter(passage.frame, passage.parsed)
        else { return .failed(.transmitFailed) }
        var sentCount = 0
        for _ in 0..<segmenter.segmentCount {
            let space = unsafe underlay.pointee.space(for: segmenter.byteCountMax, crossing)
            guard let segment = segmenter.next(into: space) else { break }
            if unsafe underlay.pointee.commit(segment, crossing, now: now) { sentCount += 1 }
        }
        let lostCount = segmenter.segmentCount - sentCount
        guard sentCount > 0 else { return .failed(.noSession) }
        if lostCount > 0 { count(.overlay).countLostSegments(lostCount) }
        return .sent
    }

    /// Cuts an IPv4 packet whose sender allows it into fragments of `limit` bytes; nil when it may
    /// not be cut. All must leave, or none would be of use.
    private mutating func sealFragments(
        of passage: inout Passage, for peer: PeerNumber, _ limit: Int
    ) -> Departure? {
        if passage.frame.virtio.isSuperFrame, passage.parsed.kind == .udp,
            passage.parsed.mayBeFragmented(in: passage.frame.bytes)
        {
            return sealDatagrams(of: passage, for: peer, limit)
        }
        ChecksumCompletion.complete(passage.frame, passage.parsed)
        passage.frame.virtio = VirtioNetHeader()
        guard let underlay = unsafe underlay,
            var fragmenter = IPv4Fragmenter(
                passage.frame, passage.parsed, mtu: limit - EthernetHeader.byteCount)
        else { return nil }
        guard let crossing = crossing(of: passage, to: peer) else {
            return hold(passage, for: peer)
        }
        for _ in 0..<fragmenter.fragmentCount {
            let space = unsafe underlay.pointee.space(for: fragmenter.byteCountMax, crossing)
            guard let fragment = fragmenter.next(into: space),
                unsafe underlay.pointee.commit(fragment, crossing, now: now)
            else { return .failed(.noSession) }
        }
        return .sent
    }

    /// Cuts a UDP super-frame into its datagrams, and these into fragments of `limit` bytes: cut at
    /// once, they would arrive as one datagram.
    private mutating func sealDatagrams(
        of passage: Passage, for peer: PeerNumber, _ limit: Int
    ) -> Departure {
        guard let crossing = crossing(of: passage, to: peer) else {
            return hold(passage, for: peer)
        }
        guard var segmenter = Segmenter(passage.frame, passage.parsed) else {
            return .failed(.transmitFailed)
        }
        var lostCount = 0
        while let datagram = segmenter.next(into: scratch) {
            if !sealPieces(of: datagram, crossing, limit) { lostCount += 1 }
        }
        guard lostCount < segmenter.segmentCount else { return .failed(.noSession) }
        if lostCount > 0 { count(.overlay).countLostSegments(lostCount) }
        return .sent
    }

    /// Seals a finished frame, in fragments of `limit` bytes if it is larger; false when the
    /// session is at its end.
    private func sealPieces(of frame: Frame, _ crossing: Crossing, _ limit: Int) -> Bool {
        guard let underlay = unsafe underlay else { return false }
        let parsed = ParsedFrame(frame.bytes, virtio: VirtioNetHeader())
        guard
            var fragmenter = IPv4Fragmenter(
                frame, parsed, mtu: limit - EthernetHeader.byteCount)
        else {
            let space = unsafe underlay.pointee.space(for: frame.byteCount, crossing)
            unsafe space.base.copyMemory(from: frame.base, byteCount: frame.byteCount)
            return unsafe underlay.pointee.commit(space, crossing, now: now)
        }
        for _ in 0..<fragmenter.fragmentCount {
            let space = unsafe underlay.pointee.space(for: fragmenter.byteCountMax, crossing)
            guard let fragment = fragmenter.next(into: space),
                unsafe underlay.pointee.commit(fragment, crossing, now: now)
            else { return false }
        }
        return true
    }

    /// Sends `answer`, a finished frame in memory of its own, to the host that sealed `passage`.
    mutating func sealAnswer(_ answer: Frame, to passage: Passage) -> Bool {
        guard let underlay = unsafe underlay,
            let peer = PeerNumber(rawValue: passage.sealing.peer),
            let crossing = crossing(of: passage, to: peer)
        else { return false }
        let space = unsafe underlay.pointee.space(for: answer.byteCount, crossing)
        unsafe space.base.copyMemory(from: answer.base, byteCount: answer.byteCount)
        return unsafe underlay.pointee.commit(space, crossing, now: now)
    }

    /// Puts the frame aside until there is a session.
    private func hold(_ passage: Passage, for peer: PeerNumber) -> Departure {
        guard let underlay = unsafe underlay else { return .failed(.noSession) }
        var lane = unsafe underlay.pointee[peer]
        if lane.mayAsk(now: now) { notify(.wantsSession(peer)) }
        let hasRoom =
            unsafe lane.heldCount < HeldFrames.shareMax
            || underlay.pointee.held.count == lane.heldCount
        let isHeld =
            unsafe hasRoom && passage.destination.isOverlay
            && !passage.parsed.destinationMAC.isMulticast
            && underlay.pointee.held.hold(passage.frame, from: passage.source.number, for: peer)
        if isHeld { lane.heldCount += 1 }
        unsafe underlay.pointee[peer] = lane
        return isHeld ? .held : .failed(.noSession)
    }

    /// What the frame needs to cross to `peer`; nil when there is no session.
    private func crossing(of passage: Passage, to peer: PeerNumber) -> Crossing? {
        guard let underlay = unsafe underlay else { return nil }
        let entry = tables.overlay.peer(peer)
        let lane = unsafe underlay.pointee[peer]
        guard let session = unsafe lane.session(now: now), let endpoint = lane.endpoint,
            let encapsulation = entry.encapsulation
        else { return nil }
        return unsafe Crossing(
            session: session, endpoint: endpoint, encapsulation: encapsulation,
            vxlan: VXLANHeader(
                passage.network.vni,
                group: entry.takesGroups && passage.source.hasRules ? passage.source.group : nil),
            flowHash: passage.flowHash, isHostPacket: passage.network.isHostNetwork)
    }

    /// The longest frame that reaches `peer` whole.
    func frameByteCountMax(toward peer: PeerNumber) -> Int {
        let configured = tables.overlay.peer(peer).frameByteCountMax
        guard let underlay = unsafe underlay else { return configured }
        let known = unsafe underlay.pointee[peer].frameByteCountMax
        return known > 0 ? min(known, configured) : configured
    }

    /// Lowers the segment size that a TCP end asks for to what the path carries, so that no
    /// connection has to learn it by loss (RFC 9293 §3.7.1).
    func clampSegmentSize(_ passage: Passage, to peer: UInt16) {
        guard passage.parsed.kind == .tcp, passage.parsed.tcpFlags.contains(.syn),
            let number = PeerNumber(rawValue: peer)
        else { return }
        let headers = EthernetHeader.byteCount + (passage.parsed.isIPv4 ? 40 : 60)
        let limit = max(0, frameByteCountMax(toward: number) - headers)
        _ = MSSClamp.lower(
            passage.frame, passage.parsed, to: UInt16(truncatingIfNeeded: min(limit, 65_535)))
    }

    /// Tells the handshake thread. A full ring loses the word, which is said again.
    @inline(never)
    func notify(_ notice: OverlayNotice) {
        guard let link = unsafe underlay?.pointee.link else { return }
        _ = link.notices.push(notice)
        link.ring()
    }
}

extension Passage {
    /// The size of the frame, or of the largest segment of the super-frame.
    var largestFrameByteCount: Int {
        let virtio = outgoingVirtio
        guard virtio.isSuperFrame else { return parsed.byteCount }
        return min(parsed.payloadOffset + Int(virtio.gsoSize), parsed.byteCount)
    }

    /// A number that differs between flows.
    var flowHash: UInt32 {
        let tuple = parsed.fiveTuple
        let ports = UInt64(tuple.sourcePort) << 16 | UInt64(tuple.destinationPort)
        let mixed = (tuple.source.low ^ tuple.destination.low &* 31 ^ ports)
            .multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
        return UInt32(truncatingIfNeeded: mixed.high ^ mixed.low)
    }
}
