#if canImport(Packet)
    import Packet
#endif

/// Does to one frame all that the switch may do, and names the first promise that is broken. Shared
/// by the tests and by the fuzzer (Fuzz/run.sh), so it knows no test library.
enum FrameExercise {
    /// The first broken promise about `frame`, or nil.
    static func violation(_ frame: [UInt8], _ virtio: VirtioNetHeader) -> String? {
        let parsed = ParsedFrame(frame.span.bytes, virtio: virtio)
        guard parsed.fault == .none else { return nil }
        let slot = Slot(frame, virtio)
        return offsets(parsed, frame.count) ?? views(parsed, frame) ?? reply(slot, parsed)
            ?? segments(slot, parsed) ?? completion(slot, parsed)
    }

    private static func offsets(_ parsed: ParsedFrame, _ given: Int) -> String? {
        guard parsed.byteCount <= given else { return "byteCount beyond the frame" }
        guard parsed.networkOffset <= parsed.transportOffset,
            parsed.transportOffset <= parsed.payloadOffset,
            parsed.payloadOffset <= parsed.byteCount
        else { return "offsets out of order" }
        if parsed.kind == .icmpError, parsed.embeddedOffset + 8 > parsed.byteCount {
            return "quote beyond the frame"
        }
        if parsed.isFragment,
            parsed.transportOffset + Int(parsed.fragmentByteCount) != parsed.byteCount
        {
            return "fragment beyond the frame"
        }
        return parsed.sourceMAC.isUnicast ? nil : "group source"
    }

    /// The views that others take again from a sound frame must be there.
    private static func views(_ parsed: ParsedFrame, _ frame: [UInt8]) -> String? {
        let bytes = frame.span.bytes
        let isARP = parsed.arp(in: bytes) != nil
        let isDiscovery = parsed.neighborDiscovery(in: bytes) != nil
        let isTCP = parsed.tcp(in: bytes) != nil
        guard isARP == (parsed.kind == .arp), isTCP == (parsed.kind == .tcp),
            isDiscovery == (parsed.kind == .neighborDiscovery)
        else { return "a view is missing" }
        return nil
    }

    private static func reply(_ slot: Slot, _ parsed: ParsedFrame) -> String? {
        let scratch = Slot(capacity: RejectReply.byteCountMax)
        guard let reply = RejectReply.make(to: slot.frame.bytes, parsed, into: scratch.frame) else {
            return nil
        }
        let answer = ParsedFrame(reply.bytes, virtio: reply.virtio)
        guard answer.fault == .none else {
            return "reply is unsound: \(answer.fault)"
        }
        guard scratch.isIntact else { return "reply beyond its buffer" }
        let again = Slot(capacity: RejectReply.byteCountMax)
        return RejectReply.make(to: reply.bytes, answer, into: again.frame) == nil
            ? nil : "a reply has a reply"
    }

    private static func segments(_ slot: Slot, _ parsed: ParsedFrame) -> String? {
        guard var segmenter = Segmenter(slot.frame, parsed) else {
            return slot.frame.virtio.isSuperFrame ? "a super-frame is not cut" : nil
        }
        let scratch = Slot(capacity: segmenter.byteCountMax)
        var (count, payload) = (0, 0)
        while let segment = segmenter.next(into: scratch.frame) {
            let part = ParsedFrame(segment.bytes, virtio: segment.virtio)
            guard part.fault == .none, part.fiveTuple == parsed.fiveTuple else {
                return "segment \(count) is unsound: \(part.fault)"
            }
            guard hasValidChecksum(segment, part) else { return "segment \(count) has a bad sum" }
            payload += part.byteCount - part.payloadOffset
            count += 1
        }
        guard scratch.isIntact else { return "segment beyond its buffer" }
        guard count == segmenter.segmentCount, count <= VirtioNetHeader.segmentCountMax else {
            return "\(count) segments, not \(segmenter.segmentCount)"
        }
        return payload == parsed.byteCount - parsed.payloadOffset ? nil : "payload lost"
    }

    private static func completion(_ slot: Slot, _ parsed: ParsedFrame) -> String? {
        let wasPartial = slot.frame.virtio.isChecksumPartial
        ChecksumCompletion.complete(slot.frame, parsed)
        guard slot.isIntact else { return "checksum beyond the frame" }
        let whole = ParsedFrame(slot.frame.bytes, virtio: slot.frame.virtio)
        guard whole.fault == .none, !slot.frame.virtio.isChecksumPartial else {
            return "completed frame is unsound: \(whole.fault)"
        }
        if wasPartial, !hasValidChecksum(slot.frame, whole) {
            return "completed frame has a bad sum"
        }
        return whole.fiveTuple == parsed.fiveTuple ? nil : "completion changed the tuple"
    }

    /// Whether the transport checksum of `frame`, padding left aside, is right by the naive sum.
    private static func hasValidChecksum(_ frame: Frame, _ parsed: ParsedFrame) -> Bool {
        hasValidTransportChecksum(
            Array(frame.octets[..<parsed.byteCount]), transport: parsed.transportOffset,
            parsed.fiveTuple.ipProtocol.rawValue)
    }
}
