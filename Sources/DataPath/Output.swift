import Packet
import Ports
import Telemetry

/// Steps 11 and 12: the frame leaves, and is counted once.
extension Worker {
    /// Carries out the fate of a frame.
    mutating func settle(_ passage: inout Passage, _ fate: Fate) {
        switch fate {
        case .transmit: deliver(&passage)
        case .replicate: settleCopies(replicate(&passage, toUplinksOnly: false), &passage)
        case .replicateToUplinks: settleCopies(replicate(&passage, toUplinksOnly: true), &passage)
        case .drop(let reason): drop(passage, reason)
        case .answer(let neighbor): answer(passage, naming: neighbor)
        case .reject(let reason):
            drop(passage, reason)
            reply(to: passage)
        }
    }

    private mutating func deliver(_ passage: inout Passage) {
        let departure =
            passage.destination.isOverlay ? sendToPeer(&passage) : transmit(&passage)
        switch departure {
        case .sent:
            count(passage.destination.number)
                .countTransmitted(byteCount: passage.frame.byteCount)
            captureArrival(passage, .delivered)
        case .held: break  // it comes back when there is a session
        case .failed(let reason): drop(passage, reason)
        }
    }

    private mutating func settleCopies(_ copies: Copies, _ passage: inout Passage) {
        guard copies.sent == 0 else { return count(passage.source.number).countReplicated() }
        passage.destination = .absent  // each receiver has been shown its refusal already
        drop(passage, copies.refused)
    }

    /// Counts the end of a frame at the port it came from, and shows it to those who watch.
    mutating func drop(_ passage: Passage, _ reason: DropReason) {
        count(passage.source.number).countDrop(reason)
        keepDrop(passage, reason)
        if passage.destination.isPresent { captureArrival(passage, .refused(reason)) }
        switch reason {
        case .deniedByPolicy: report(.denied, passage, at: passage.decision.refusingEnd)
        case .rejectedByPolicy: report(.rejected, passage, at: passage.decision.refusingEnd)
        case .policyRevoked: report(.revoked, passage, at: passage.decision.refusingEnd)
        case .policyLimit: report(.limited, passage, at: passage.decision.refusingEnd)
        default: break
        }
    }

    /// Hands the frame to the device of its destination, in the form that this device takes.
    mutating func transmit(_ passage: inout Passage) -> Departure {
        guard isServed(passage.destination),
            let slot = unsafe slots[passage.destination.number.index]
        else { return .failed(.transmitFailed) }
        if passage.source.isOverlay { clampSegmentSize(passage, to: passage.sealing.peer) }
        passage.frame.virtio = passage.outgoingVirtio
        guard unsafe !slot.pointee.device.carriesSuperFrames else {
            return Departure(unsafe slot.pointee.device.transmit(passage.frame))
        }
        if passage.frame.virtio.isSuperFrame {
            return Departure(unsafe transmitSegments(of: passage, to: slot))
        }
        ChecksumCompletion.complete(passage.frame, passage.parsed)
        return Departure(unsafe slot.pointee.device.transmit(passage.frame))
    }

    /// Cuts a super-frame into frames of the network's MTU. It counts as sent if a part of it was:
    /// a receiver treats the rest as it treats any loss.
    private mutating func transmitSegments(
        of passage: Passage, to slot: UnsafeMutablePointer<PortSlot>
    ) -> TransmitResult {
        guard var segmenter = Segmenter(passage.frame, passage.parsed) else { return .refused }
        var result = TransmitResult.refused
        var lostCount = 0
        var isAnySent = false
        while let segment = segmenter.next(into: scratch) {
            result = unsafe slot.pointee.device.transmit(segment)
            if result == .sent { isAnySent = true } else { lostCount += 1 }
        }
        guard isAnySent else { return result }
        if lostCount > 0 { unsafe slot.pointee.cells.countLostSegments(lostCount) }
        return .sent
    }
}

/// How a frame left.
enum Departure: BitwiseCopyable {
    /// The device, or the run of sealed datagrams, has it.
    case sent
    /// It waits for a session with its receiver's host.
    case held
    /// It did not leave.
    case failed(DropReason)

    /// What the device's answer means.
    init(_ result: TransmitResult) {
        switch result {
        case .sent: self = .sent
        case .wouldBlock: self = .failed(.transmitQueueFull)
        case .refused: self = .failed(.transmitFailed)
        }
    }
}
