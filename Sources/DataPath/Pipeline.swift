import Packet
import Telemetry

/// The way of one frame through the switch: everything that decides its fate, in the order in which
/// it happens. The numbers are those of ARCHITECTURE.md.
extension Worker {
    /// Takes one received frame to its end: transmitted, or dropped with one reason.
    ///
    /// Runs once for each frame: no allocation, no reference count, no existential. Steps 1 and 2
    /// (the batch is read, the snapshot taken) are behind it, in ``breathe(at:)``.
    @inline(never)
    mutating func forward(_ frame: Frame, from source: PortEntry) {
        count(source.number).countReceived(byteCount: frame.byteCount)
        pass(Passage(frame, from: source, in: tables.network(of: source)))  // 3
    }

    /// The way of a frame that is parsed, from wherever it came: a device, or another host.
    mutating func pass(_ parsed: Passage) {
        var passage = parsed
        let fate = fate(of: &passage)  // 4 ... 9
        captureSent(passage, fate)  // 10
        settle(&passage, fate)  // 11, 12
    }

    /// Decides one frame.
    private mutating func fate(of passage: inout Passage) -> Fate {
        guard passage.parsed.fault == .none else { return .drop(DropReason(passage.parsed.fault)) }
        guard passage.source.isOpen else { return .drop(.portClosed) }
        if let fault = admissionFault(passage) { return .drop(fault) }  // 4
        guard fits(passage) else { return .drop(.mtuExceeded) }
        if let neighbor = neighborAsked(by: passage) { return .answer(neighbor) }
        if passage.parsed.destinationMAC.isMulticast { return judgeGroup(&passage) }
        switch findDestination(passage) {  // 9
        case .port(let port): passage.destination = port
        case .remote(let index):
            passage.destination = .overlay
            passage.remote = index
        case .anyUplink: return isJudged(passage) ? judgeOutbound(&passage) : .replicateToUplinks
        case .nowhere(let reason): return .drop(reason)
        }
        guard isJudged(passage) else { return .transmit }
        return judge(&passage)  // 5 ... 8
    }

    /// Whether rules apply to this frame. ARP, neighbour discovery and DHCP are port security's
    /// business (the contract, "Meaning"), which has admitted the frame by now.
    func isJudged(_ passage: Passage) -> Bool {
        switch passage.parsed.kind {
        case .arp, .neighborDiscovery: false
        case .udp: !isLease(passage)
        default: true
        }
    }

    /// Steps 5 to 8 for a frame with one receiver.
    mutating func judge(_ passage: inout Passage) -> Fate {
        guard isBoundToReceiver(passage.parsed.fiveTuple.destination, passage)
        else { return .drop(.unboundDestination) }
        switch passage.parsed.kind {
        case .laterFragment: return judgeLaterFragment(&passage)
        case .icmpError: return judgeRelatedError(&passage)
        case .icmpOther: return judgeUntracked(&passage)
        case .multicastControl: return .drop(.multicastControl)
        default: break
        }
        let key = passage.key  // 5
        let hash = key.hash(secret)
        if let fate = followCached(&passage, key, hash) { return fate }  // 6, 8
        return judgeConnection(&passage, key, hash)  // 7, 8
    }
}
