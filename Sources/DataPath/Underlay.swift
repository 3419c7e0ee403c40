import Overlay
import Packet
import Ports

/// The overlay in the hands of its worker: the socket, the sessions, and what is on its way.
///
/// - Memory: allocated by the control side when the overlay starts, freed by it after the worker
///   has ended.
/// - Thread: between those two moments the worker alone touches it.
@safe package struct Underlay: ~Copyable {
    // Safe: lanes are indexed by peer numbers, which are below their count.

    /// Where datagrams come from and go to.
    var port: UnderlayPort
    /// The sessions by the index that datagrams name.
    var sessions = SessionTable()
    /// The datagrams of one receive call.
    var batch = DatagramBatch()
    /// The datagrams that leave together.
    var run = SealedRun()
    /// The frames that wait for a session.
    var held = HeldFrames()
    /// What it shares with the handshake thread.
    let link: OverlayLink
    /// How many datagrams the system did not take, since the worker last asked.
    private var lostCount = 0
    /// Whether guests' kernels take UDP datagrams joined; else no such frame is made.
    let joinsDatagrams = KernelRelease.running >= .udpSuperFrames
    private let lanes: UnsafeMutablePointer<Lane>
    /// Where a frame without a place in the run is written, and where segments are joined.
    private let arena = FrameArena()

    /// The overlay of `port`, without peers.
    init(_ port: consuming UnderlayPort, _ link: OverlayLink) {
        self.port = port
        self.link = link
        unsafe lanes = .allocate(capacity: PeerNumber.countMax)
        unsafe lanes.initialize(repeating: Lane(), count: PeerNumber.countMax)
    }

    deinit { unsafe lanes.deallocate() }

    /// The lane of `peer`.
    subscript(_ peer: PeerNumber) -> Lane {
        get { unsafe lanes[Int(peer.rawValue)] }
        nonmutating set { unsafe lanes[Int(peer.rawValue)] = newValue }
    }

    /// Room to join segments of one flow in.
    var joinSpace: Frame { arena.frame(at: 0) }

    /// Room for a frame that cannot be written into the run itself.
    private var bounceSpace: Frame { arena.frame(at: 1) }

    /// Where the next frame toward `crossing` is to be written, which has at most
    /// `frameByteCountMax` bytes. What does not go with it leaves first.
    mutating func space(for frameByteCountMax: Int, _ crossing: Crossing) -> Frame {
        guard !crossing.isHostPacket else { return bounceSpace }
        let start = unsafe room(for: crossing.datagramByteCount(of: frameByteCountMax), crossing)
        return unsafe Frame(
            base: start + crossing.frameOffset, byteCount: frameByteCountMax)
    }

    private mutating func room(
        for byteCountMax: Int, _ crossing: Crossing
    ) -> UnsafeMutableRawPointer {
        if let room = unsafe run.room(for: byteCountMax, to: crossing.endpoint) {
            return unsafe room
        }
        flush()
        return unsafe run.base
    }

    /// Encapsulates and seals `frame`, which lies in the ``space(for:_:)`` just asked for, and adds
    /// it to the run; false when the session is at its end.
    mutating func commit(_ frame: Frame, _ crossing: Crossing, now: UInt64) -> Bool {
        let datagramByteCount = crossing.datagramByteCount(of: frame.byteCount)
        let plaintext: UnsafeMutableRawPointer
        let byteCount = crossing.plaintextByteCount(of: frame.byteCount)
        if crossing.isHostPacket {
            unsafe plaintext = room(for: datagramByteCount, crossing) + Session.headerByteCount
            unsafe plaintext.copyMemory(
                from: frame.base + EthernetHeader.byteCount, byteCount: byteCount)
        } else {
            unsafe plaintext = frame.base - crossing.headerByteCount
            crossing.writeHeaders(before: frame)
        }
        let padded = Encapsulation.paddedByteCount(byteCount)
        unsafe Encapsulation.pad(plaintext, byteCount, to: padded)
        guard unsafe crossing.session.pointee.seal(plaintext, byteCount: padded, now: now)
        else { return false }
        run.append(byteCount: datagramByteCount, to: crossing.endpoint)
        return true
    }

    /// Seals `byteCount` bytes of an inner packet, or nothing as a sign of life, for `peer`.
    mutating func send(
        _ packet: RawSpan, _ session: UnsafeMutablePointer<Session>, to endpoint: UnderlayAddress,
        now: UInt64
    ) {
        let padded = Encapsulation.paddedByteCount(packet.byteCount)
        let byteCount = padded + Session.overheadByteCount
        if unsafe run.room(for: byteCount, to: endpoint) == nil { flush() }
        guard let start = unsafe run.room(for: byteCount, to: endpoint) else { return }
        let plaintext = unsafe start + Session.headerByteCount
        unsafe packet.withUnsafeBytes { bytes in
            guard let first = bytes.baseAddress else { return }
            unsafe plaintext.copyMemory(from: first, byteCount: bytes.count)
        }
        unsafe Encapsulation.pad(plaintext, packet.byteCount, to: padded)
        guard unsafe session.pointee.seal(plaintext, byteCount: padded, now: now) else { return }
        run.append(byteCount: byteCount, to: endpoint)
    }

    /// Sends the run. What the system does not take is lost, as on any wire, and counted.
    mutating func flush() {
        guard !run.isEmpty else { return }
        let result = unsafe port.transmit(
            DatagramRun(
                base: run.base, byteCount: run.byteCount,
                segmentByteCount: run.segmentByteCount, to: run.destination))
        lostCount += max(0, run.count - result.sentCount)
        run.removeAll()
    }

    /// How many datagrams were lost in ``flush()`` since the last call.
    mutating func takeLostCount() -> Int {
        defer { lostCount = 0 }
        return lostCount
    }
}

/// What frames of one passage need to cross to their peer.
@safe struct Crossing: BitwiseCopyable {
    // Safe: the session lives as long as the turn at least.

    /// Seals them.
    let session: UnsafeMutablePointer<Session>
    /// Where the peer is.
    let endpoint: UnderlayAddress
    /// The headers around them.
    let encapsulation: Encapsulation
    /// Their network, and the group of their sender.
    let vxlan: VXLANHeader
    /// Tells flows apart on the wire.
    let flowHash: UInt32
    /// Whether they are packets of the host itself, which go without Ethernet and VXLAN.
    let isHostPacket: Bool

    /// The headers between the WireGuard header and the frame, in bytes.
    var headerByteCount: Int { encapsulation.headerByteCount }
    /// Where a frame lies in its datagram.
    var frameOffset: Int { Session.headerByteCount + headerByteCount }

    /// The size of the plaintext of a frame, without padding.
    func plaintextByteCount(of frameByteCount: Int) -> Int {
        isHostPacket
            ? frameByteCount - EthernetHeader.byteCount : headerByteCount + frameByteCount
    }

    /// The size of the datagram of a frame.
    func datagramByteCount(of frameByteCount: Int) -> Int {
        let plaintext = plaintextByteCount(of: frameByteCount)
        return Encapsulation.paddedByteCount(plaintext) + Session.overheadByteCount
    }

    /// Writes the headers directly before `frame`.
    func writeHeaders(before frame: Frame) {
        encapsulation.write(before: frame, vxlan, flowHash: flowHash)
    }
}
