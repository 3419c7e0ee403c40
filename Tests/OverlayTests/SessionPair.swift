import Overlay

/// Two ends of one session, and a buffer to seal and open in.
final class SessionPair {
    static let bornAt = 500 * second
    let near: UnsafeMutablePointer<Session>
    let far: UnsafeMutablePointer<Session>
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: 2_048, alignment: 16)

    /// The initiator's end is near; it seals from `firstCounter` on.
    init(seed: UInt64, firstCounter: UInt64 = 0) {
        let random = SimulatedRandom(seed: seed)
        let one = LockedMemory(byteCount: 32, random: random)
        let other = LockedMemory(byteCount: 32, random: random)
        near = .allocate(capacity: 1)
        far = .allocate(capacity: 1)
        near.initialize(
            to: Self.session(one, other, (local: 0x0102_0304, remote: 5), firstCounter))
        far.initialize(to: Self.session(other, one, (local: 5, remote: 0x0102_0304), 0))
    }

    private static func session(
        _ send: borrowing LockedMemory, _ receive: borrowing LockedMemory,
        _ indices: (local: UInt32, remote: UInt32), _ firstCounter: UInt64
    ) -> Session {
        let keys = SessionKeys(
            send: LockedMemory(copying: send.bytes), receive: LockedMemory(copying: receive.bytes),
            indices: indices, role: indices.remote == 5 ? .initiator : .responder)
        return Session(
            keys: keys, peer: PeerNumber(rawValue: 9)!, now: bornAt, firstCounter: firstCounter)!
    }

    deinit {
        for session in [near, far] {
            session.deinitialize(count: 1)
            session.deallocate()
        }
        buffer.deallocate()
    }

    /// The datagram of `plaintext`, sealed at the near end; nil when it refuses.
    func seal(_ plaintext: [UInt8], now: UInt64 = bornAt) -> [UInt8]? {
        UnsafeMutableRawBufferPointer(start: buffer + 16, count: plaintext.count)
            .copyBytes(from: plaintext)
        guard near.pointee.seal(buffer + 16, byteCount: plaintext.count, now: now) else {
            return nil
        }
        return Array(UnsafeRawBufferPointer(start: buffer, count: plaintext.count + 32))
    }

    /// What the far end makes of `datagram`, and the plaintext.
    func open(_ datagram: [UInt8], now: UInt64 = bornAt) -> (Session.OpenResult, [UInt8]) {
        UnsafeMutableRawBufferPointer(start: buffer, count: datagram.count)
            .copyBytes(from: datagram)
        let result = far.pointee.open(buffer, byteCount: datagram.count, now: now)
        guard case .packet(let byteCount) = result else { return (result, []) }
        return (result, Array(UnsafeRawBufferPointer(start: buffer + 16, count: byteCount)))
    }

    func maySend(now: UInt64) -> Bool { near.pointee.maySend(now: now) }
    func mayReceive(now: UInt64) -> Bool { far.pointee.mayReceive(now: now) }

    /// Notes at both ends that something was sent, or received.
    func note(isSending: Bool, now: UInt64) {
        for session in [near, far] {
            if isSending {
                session.pointee.activity.noteSent(byteCount: 0, now: now)
            } else {
                session.pointee.activity.noteReceived(byteCount: 0, now: now)
            }
        }
    }

    /// Whether either end asks for a new handshake.
    var wantsRekey: (near: Bool, far: Bool) {
        (near.pointee.wantsRekey(), far.pointee.wantsRekey())
    }
}
