import FlowTable
import Packet
import Telemetry

/// What the flow cache of a port remembers of one direction of an allowed connection.
struct CachedFlow: BitwiseCopyable {
    /// The connection, whose state advances with each frame.
    var connection: ConnectionReference
    /// Which of its directions the frames of this entry are.
    var direction: ConnectionDirection
    /// Where they go: the verdict holds for this receiver alone.
    var port: PortNumber
}

/// Steps 6 and 8: the cached verdict, the connection's state. (Step 7 is in Judgement.swift.)
extension Worker {
    /// Step 6: the fate of a frame whose flow is cached under this generation; nil is a miss.
    mutating func followCached(
        _ passage: inout Passage, _ key: FlowKey, _ hash: UInt64
    ) -> Fate? {
        let slot = unsafe slots[passage.source.number.index].unsafelyUnwrapped
        let found = unsafe slot.pointee.flows.find(key, hash, generation: tables.generation)
        guard let cached = unsafe found?.pointee, cached.port == passage.destination.number
        else { return nil }
        passage.connection = cached.connection
        switch tracker.advance(cached.connection, step(passage, cached.direction)) {
        case .accepted:
            rememberFragment(passage)
            return .transmit
        case .invalidState: return .drop(.connectionState)
        case .gone, .reopen: return nil
        }
    }

    /// Steps 7 and 8 on a miss: an existing connection is followed, under its old verdict only if
    /// that was made by the policy in force; else the frame must open one that the policy allows.
    mutating func judgeConnection(
        _ passage: inout Passage, _ key: FlowKey, _ hash: UInt64
    ) -> Fate {
        guard let match = tracker.find(key), let record = tracker.record(at: match.reference) else {
            return open(&passage, key, hash)
        }
        passage.connection = match.reference
        guard isBetween(passage, record.ports, match.direction) else {
            return .drop(.connectionState)
        }
        if let fate = revalidate(&passage, record) { return fate }
        switch tracker.advance(match.reference, step(passage, match.direction)) {
        case .accepted: return remember(passage, key, hash, match.direction)
        case .invalidState: return .drop(.connectionState)
        case .gone, .reopen: return open(&passage, key, hash)
        }
    }

    /// Asks the policy for a new connection and, if both ends allow it, writes the entry.
    private mutating func open(_ passage: inout Passage, _ key: FlowKey, _ hash: UInt64) -> Fate {
        _ = tracker.close(passage.connection)
        guard passage.opensConnection else { return .drop(.noConnection) }
        if let fate = refusal(of: &passage) { return fate }
        let ports = ConnectionPorts(
            original: passage.source.number, reply: passage.destination.number)
        let opening = ConnectionOpening(
            key, ports, judgement(passage.decision), first: step(passage, .original))
        switch tracker.open(opening) {
        case .opened(let reference): passage.connection = reference
        case .limitReached: return failToOpen(passage, .connectionLimit)
        case .notAnOpening, .alreadyOpen: return failToOpen(passage, .noConnection)
        }
        reportOpened(passage)
        return remember(passage, key, hash, .original)
    }

    /// The fate of a frame that the rules allow to open a connection, and the table does not.
    private func failToOpen(_ passage: Passage, _ reason: DropReason) -> Fate {
        giveBackTokens(of: passage.decision)
        return .drop(reason)
    }

    /// Writes the allowed flow into the cache of its port.
    ///
    /// A first fragment is noted, too, so that the later ones may follow it.
    private mutating func remember(
        _ passage: Passage, _ key: FlowKey, _ hash: UInt64, _ direction: ConnectionDirection
    ) -> Fate {
        rememberFragment(passage)
        let flow = CachedFlow(
            connection: passage.connection, direction: direction, port: passage.destination.number)
        unsafe slots[passage.source.number.index]?.pointee.flows
            .insert(key, hash, generation: tables.generation, flow)
        return .transmit
    }

    /// What the frame means for its connection.
    private func step(_ passage: Passage, _ direction: ConnectionDirection) -> ConnectionStep {
        var step = ConnectionStep(
            direction, passage.parsed.tcpFlags, byteCount: passage.frame.byteCount, now: now)
        step.packetCount = passage.packetCount
        step.isOpening = !passage.parsed.isEchoReply
        return step
    }

    /// Whether the frame goes between the ports that the connection runs between. All uplinks of a
    /// network lead to the same outside.
    func isBetween(
        _ passage: Passage, _ ports: ConnectionPorts, _ direction: ConnectionDirection
    ) -> Bool {
        let isOriginal = direction == .original
        return isSameSide(passage.source, isOriginal ? ports.original : ports.reply)
            && isSameSide(passage.destination, isOriginal ? ports.reply : ports.original)
    }

    private func isSameSide(_ port: PortEntry, _ number: PortNumber) -> Bool {
        port.number == number || (port.isUplink && tables.port(number).isUplink)
    }
}
