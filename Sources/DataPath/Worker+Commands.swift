import FlowTable
import Packet
import Telemetry

/// What the control side asks of a worker, done between two batches, strictly in order.
extension Worker {
    /// A command that looks at every connection: a part of it each turn, so that it delays no
    /// frame.
    @safe enum Walk: BitwiseCopyable {
        case none
        /// Copies the connections.
        case listing(UnsafeMutablePointer<ConnectionRequest>)
        /// Forgets the connections of a port that has left.
        case departure(PortNumber)
    }

    /// How many steps of a walk, of 256 connection slots each, one turn takes.
    private static let walkStepsMax = 8

    /// Carries out the waiting commands, up to one that takes several turns.
    mutating func obeyCommands() {
        continueWalk()
        while !isWalking, let command = link.commands.pop() { obey(command) }
    }

    /// Whether a command is under way that wants the next turn soon.
    var isWalking: Bool {
        if case .none = walk { return false }
        return true
    }

    private mutating func obey(_ command: Command) {
        switch command {
        case .attach(let slot, let number):
            unsafe slots[number.index] = unsafe slot
            if unsafe slot.pointee.device.descriptor >= 0 {
                unsafe poller.watch(slot.pointee.device.descriptor, for: number)
            }
        case .detach(let number):
            letGo(number)
            return begin(.departure(number))
        case .openOverlay(let opened):
            unsafe underlay = unsafe opened
            unsafe poller.watch(opened.pointee.port.descriptor, for: .underlay)
        case .fence: break
        case .count(let request): unsafe fill(request)
        case .listDrops(let request):
            unsafe list(request)
        case .listConnections(let request): return unsafe begin(.listing(request))
        }
        commandDone()
    }

    /// Says that the oldest command is finished: its memory is the control side's again.
    private func commandDone() { link.commandsDone.add(1, ordering: .releasing) }

    private mutating func letGo(_ number: PortNumber) {
        guard let slot = unsafe slots[number.index] else { return }
        unsafe poller.forget(slot.pointee.device.descriptor)
        retired = unsafe retired + slot.pointee.counts()
        unsafe slots[number.index] = nil
        learned.forget(number)
    }

    private func list(_ request: UnsafeMutablePointer<DropRequest>) {
        let number = unsafe request.pointee.port
        guard isServed(number), let slot = unsafe slots[number.index] else { return }
        unsafe request.pointee.count = slot.pointee.drops.copy(to: request.pointee.records)
    }

    private func fill(_ request: UnsafeMutablePointer<CountRequest>) {
        for index in 0..<Switch.portCountMax {
            guard let slot = unsafe slots[index] else { continue }
            let number = PortNumber(rawValue: UInt16(truncatingIfNeeded: index))
            unsafe request.pointee.counts.append((number, slot.pointee.counts()))
            if unsafe slot.pointee.isGone { unsafe request.pointee.lost.insert(number) }
        }
        unsafe request.pointee.retired = retired
        unsafe request.pointee.lostEvents = lostEvents
        unsafe request.pointee.connectionCount = tracker.count
        unsafe request.pointee.heldCount = underlay?.pointee.held.count ?? 0
    }
}

// MARK: - Walks

extension Worker {
    private mutating func begin(_ walk: Walk) {
        self.walk = walk
        walkCursor = 0
        continueWalk()
    }

    private mutating func continueWalk() {
        for _ in 0..<Self.walkStepsMax {
            switch walk {
            case .none: return
            case .listing(let request): unsafe list(request)
            case .departure(let port): _ = tracker.removeAll(port: port, from: &walkCursor)
            }
            guard walkCursor < 0 else { continue }
            walk = .none
            return commandDone()
        }
    }

    /// One step of a listing; a full buffer ends it.
    private mutating func list(_ request: UnsafeMutablePointer<ConnectionRequest>) {
        let room = unsafe UnsafeMutableBufferPointer(
            start: request.pointee.records + request.pointee.count,
            count: request.pointee.capacity - request.pointee.count)
        let found = unsafe tracker.records(from: &walkCursor, into: room)
        unsafe request.pointee.count += found
        if unsafe request.pointee.count == request.pointee.capacity { walkCursor = -1 }
    }
}
