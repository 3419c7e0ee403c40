import Glibc
import Overlay
import Packet
import Ports

/// A host that a test drives by hand: real keys, a real socket on the loopback device, real
/// handshakes, and whatever the test likes to seal.
///
/// It does nothing by itself: datagrams wait in its socket until ``pump()``.
final class RawHost {
    /// The number under which it knows the switch.
    static let switchNumber = PeerNumber(rawValue: 0)

    let key: PrivateKey
    /// Where it listens.
    let address: UnderlayAddress
    /// Every datagram that came, as it came.
    private(set) var datagrams: [[UInt8]] = []
    /// What was sealed in them, without signs of life and probes.
    var plaintexts: [[UInt8]] = []
    /// How many signs of life came.
    private(set) var keepaliveCount = 0
    /// Whether it answers handshakes.
    var isAnswering = true
    /// Whether it sends the first datagram of a session that it began.
    var isConfirming = true
    private var engine: OverlayEngine
    private var port: UnderlayPort
    private var batch = DatagramBatch()
    private var sessions: [UInt32: UnsafeMutablePointer<Session>] = [:]
    private(set) var current: UnsafeMutablePointer<Session>?
    private var next: UnsafeMutablePointer<Session>?

    /// A host that listens at a free port.
    init(key: PrivateKey = PrivateKey(random: SystemRandom())) throws {
        self.key = key
        var socket = UnderlaySocket(OverlayRig.loopback(0))
        socket.features = [.batching]
        port = try socket.open()
        address = port.address
        engine = OverlayEngine(
            identities: [key], clock: TAI64NClock(last: nil), random: SystemRandom())
    }

    deinit {
        engine.configure([], now: Self.now)
        act()
    }

    /// Monotonic nanoseconds.
    static var now: UInt64 { time(CLOCK_MONOTONIC) }
    /// Nanoseconds since 1970.
    static var wall: UInt64 { time(CLOCK_REALTIME) }

    private static func time(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Makes the switch at `endpoint` its only peer.
    func meet(_ keys: [PublicKey], at endpoint: UnderlayAddress) throws {
        guard let number = Self.switchNumber else { return }
        var settings = PeerSettings(number: number, publicKeys: keys)
        settings.endpoint = endpoint
        engine.configure([settings], now: Self.now)
        act()
    }

    /// Forgets what came so far.
    func forgetDatagrams() { (datagrams, plaintexts) = ([], []) }

    /// Forgets its sessions, and when it called last.
    func forget(_ keys: [PublicKey], at endpoint: UnderlayAddress) throws {
        engine.configure([], now: Self.now)
        act()
        try meet(keys, at: endpoint)
    }

    /// Lets time pass for its handshakes.
    func tick() {
        engine.tick(now: Self.now, wall: Self.wall)
        act()
    }

    /// Begins a handshake.
    func call() {
        guard let number = Self.switchNumber else { return }
        engine.rekey(number, now: Self.now, wall: Self.wall)
        act()
    }

    /// What the switch looks like from here.
    var report: PeerReport? {
        Self.switchNumber.flatMap { engine.report($0, now: Self.now) }
    }

    /// `plaintext`, sealed as it is: nothing is checked or padded. Empty without a session.
    func sealed(_ plaintext: [UInt8]) -> [UInt8] {
        guard let session = current else { return [] }
        let room = [UInt8](repeating: 0, count: 16)
        var datagram = room + plaintext + room
        let isSealed = datagram.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return false }
            return session.pointee.seal(
                base + Session.headerByteCount, byteCount: plaintext.count, now: Self.now)
        }
        return isSealed ? datagram : []
    }

    /// Sends bytes to `endpoint`; false when the system did not take them.
    @discardableResult func send(_ bytes: [UInt8], to endpoint: UnderlayAddress) -> Bool {
        bytes.withUnsafeBytes { port.sender.send($0, to: endpoint).outcome == .sent }
    }

    /// Sends a datagram without a byte.
    func sendNothing(to endpoint: UnderlayAddress) {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = endpoint.port.bigEndian
        name.sin_addr.s_addr = UInt32(truncatingIfNeeded: endpoint.address.low).bigEndian
        withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = sendto(
                    port.descriptor, nil, 0, 0, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Sends from other threads. Valid as long as this host is.
    var sender: UnderlaySender { port.sender }

    /// Takes in what waits in the socket, and answers handshakes.
    func pump() {
        repeat {
            port.receive(&batch)
            for index in 0..<batch.count {
                let datagram = batch.datagram(at: index)
                take(Array(datagram.segment(at: 0)), from: datagram.source)
            }
        } while batch.count > 0
    }

    /// Pumps for so many seconds.
    func pump(for seconds: Int) async throws {
        let end = Self.now + UInt64(seconds) * 1_000_000_000
        while Self.now < end {
            pump()
            try await Task.sleep(for: .milliseconds(1))
        }
        pump()
    }

    /// Pumps until `condition` holds; false when it does not come to that.
    func pump(until condition: () -> Bool) async throws -> Bool {
        try await comes {
            pump()
            return condition()
        }
    }

    private func take(_ datagram: [UInt8], from source: UnderlayAddress) {
        datagrams.append(datagram)
        guard datagram.first == 4 else {
            guard isAnswering else { return }
            engine.receive(datagram, from: source, now: Self.now, wall: Self.wall)
            return act()
        }
        guard let plaintext = opened(datagram) else { return }
        if plaintext.isEmpty { keepaliveCount += 1 }
        guard plaintext.count >= 28, !Self.isProbe(plaintext) else { return }
        plaintexts.append(plaintext)
    }

    private func opened(_ datagram: [UInt8]) -> [UInt8]? {
        guard datagram.count >= Session.overheadByteCount else { return nil }
        let index = datagram[4..<8].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        guard let session = sessions[index] else { return nil }
        var copy = datagram
        let result = copy.withUnsafeMutableBytes { bytes -> Session.OpenResult in
            guard let base = bytes.baseAddress else { return .malformed }
            return session.pointee.open(base, byteCount: bytes.count, now: Self.now)
        }
        guard case .packet(let byteCount) = result else { return nil }
        if session == next { (current, next) = (session, nil) }
        return Array(copy[Session.headerByteCount...].prefix(byteCount))
    }

    /// Whether `plaintext` is an ICMP echo between hosts.
    private static func isProbe(_ plaintext: [UInt8]) -> Bool {
        plaintext[0] >> 4 == 4 ? plaintext[9] == 1 : plaintext[6] == 58
    }

    private func act() {
        for action in engine.takeActions() {
            switch action {
            case .send(let message, let endpoint, _): send(message, to: endpoint)
            case .install(let session, _, let role):
                sessions[session.pointee.localIndex] = session
                if role == .initiator { current = session } else { next = session }
            case .retire(let session, _): forget(session)
            case .keepalive:
                guard isConfirming, let endpoint = report?.endpoint else { continue }
                send(sealed([]), to: endpoint)
            case .setEndpoint, .persist, .noSession: break
            }
        }
    }

    private func forget(_ session: UnsafeMutablePointer<Session>) {
        sessions[session.pointee.localIndex] = nil
        if current == session { current = nil }
        if next == session { next = nil }
        engine.released(session)
    }
}
