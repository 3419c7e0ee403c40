import CLinux
import Glibc
import Packet
import Synchronization
import Telemetry

/// The guest's end of a ``MemoryPort``: two bounded queues of frames, with faults on demand.
///
/// - Deterministic: what happens depends on the calls alone, so a simulator with a seed repeats.
/// - Thread: any; one short lock for each call. For tests and simulation, not for speed.
public final class MemoryWire: Sendable {
    /// Whether the guest takes super-frames.
    public let carriesSuperFrames: Bool
    /// How many frames wait in each direction at most.
    public let capacity: Int
    /// An eventfd that is readable while frames wait for the switch; negative when there was none
    /// left.
    let bell: CInt
    private let state = Mutex(State())

    /// A wire without frames.
    public init(capacity: Int = 1_024, carriesSuperFrames: Bool = true) {
        self.capacity = capacity
        self.carriesSuperFrames = carriesSuperFrames
        bell = vsw_eventfd_create()
    }

    deinit { if bell >= 0 { close(bell) } }

    /// The guest sends; false when the queue is full or the device gone.
    @discardableResult public func send(_ frame: MemoryFrame) -> Bool {
        state.withLock { state in
            guard !state.isGone, state.toSwitch.count < capacity else { return false }
            state.toSwitch.append(frame)
            ring()
            return true
        }
    }

    /// The guest receives; nil when nothing waits.
    public func receive() -> MemoryFrame? {
        state.withLock { $0.toGuest.isEmpty ? nil : $0.toGuest.removeFirst() }
    }

    /// The guest receives everything that waits.
    public func receiveAll() -> [MemoryFrame] {
        state.withLock { state in
            defer { state.toGuest = [] }
            return state.toGuest
        }
    }

    /// Makes the next frames meet `fault`.
    public func inject(_ fault: MemoryFault) {
        state.withLock { state in
            switch fault {
            case .full(let count): state.fullCount = count
            case .refused(let count): state.refusedCount = count
            case .lost(let count): state.lostCount = count
            case .truncated(let count): state.truncatedCount = count
            case .gone:
                state.isGone = true
                ring()
            }
        }
    }
}

extension MemoryWire {
    /// The switch transmits.
    func accept(_ frame: MemoryFrame) -> TransmitResult {
        state.withLock { state in
            if state.isGone || Self.takes(&state.refusedCount) { return .refused }
            if Self.takes(&state.fullCount) { return .wouldBlock }
            if Self.takes(&state.lostCount) { return .sent }
            guard state.toGuest.count < capacity else { return .wouldBlock }
            state.toGuest.append(frame)
            return .sent
        }
    }

    /// The switch receives the next waiting frame and its fault; nil when nothing waits.
    func next() -> (frame: MemoryFrame, fault: DropReason?)? {
        state.withLock { state in
            if state.toSwitch.isEmpty { return nil }
            let frame = state.toSwitch.removeFirst()
            if state.toSwitch.isEmpty, !state.isGone { silence() }
            return (frame, Self.takes(&state.truncatedCount) ? .truncated : nil)
        }
    }

    /// Whether the device is gone.
    var isGone: Bool { state.withLock { $0.isGone } }

    private func ring() {
        if bell >= 0 { vsw_eventfd_signal(bell) }
    }

    private func silence() {
        if bell >= 0 { vsw_eventfd_drain(bell) }
    }

    private static func takes(_ count: inout Int) -> Bool {
        guard count > 0 else { return false }
        count -= 1
        return true
    }

    private struct State {
        var toSwitch: [MemoryFrame] = []
        var toGuest: [MemoryFrame] = []
        var fullCount = 0
        var refusedCount = 0
        var lostCount = 0
        var truncatedCount = 0
        var isGone = false
    }
}
