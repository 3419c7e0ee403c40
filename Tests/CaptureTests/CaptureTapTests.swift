import Capture
import Packet
import Telemetry
import Testing

@Suite("CaptureTap")
struct CaptureTapTests {
    @Test(
        "the guest point sees what the NIC sees; the verdict point also what was kept from it",
        arguments: CaptureRequest.Point.allCases)
    func pointsChooseEvents(point: CaptureRequest.Point) throws {
        let session = try CaptureExample.session([], point: point)
        let notes: [CaptureNote] = [
            CaptureExample.note(.sent), CaptureExample.note(.sent, .deniedByPolicy),
            CaptureExample.note(.delivered), CaptureExample.note(.refused, .spoofedIP),
        ]
        for note in notes { FrameExample.ping.withFrame { session.tap.offer($0, note) } }
        var seen: [DropReason?] = []
        session.drain { seen.append($0.record.dropReason) }
        let always: [DropReason?] = [nil, .deniedByPolicy, nil]
        #expect(seen == (point == .guest ? always : always + [.spoofedIP]))
        #expect(session.counts.seen == UInt64(seen.count))
    }

    @Test("a frame keeps what its note says")
    func keepsTheNote() throws {
        let session = try CaptureExample.session([], point: .verdict)
        var note = CaptureExample.note(.refused, .deniedByPolicy, seconds: 5)
        (note.egressRule, note.ingressRule) = (3, 0xfedc_ba98)
        note.network = VNI(rawValue: 0xabcdef)!
        let example = FrameExample.partial(.tcp, payload: [1, 2, 3])
        example.withFrame { session.tap.offer($0, note) }
        session.drain { captured in
            let record = captured.record
            #expect(record.timestamp == 5_000_000_000 && record.port.rawValue == 7)
            #expect((record.egressRule, record.ingressRule) == (3, 0xfedc_ba98))
            #expect(record.network.rawValue == 0xabcdef && record.virtio == example.virtio)
            #expect(record.direction == .toGuest && record.dropReason == .deniedByPolicy)
            #expect(record.byteCount == example.octets.count)
            #expect(captured.bytes.withUnsafeBytes { Array($0) } == example.octets)
        }
        #expect(session.counts.matched == 1)
    }

    @Test("what a guest sends is inbound, what it gets is outbound")
    func directionFollowsEvent() throws {
        let session = try CaptureExample.session([], point: .verdict)
        for event in [CaptureNote.Event.sent, .delivered, .refused] {
            FrameExample.arp.withFrame { session.tap.offer($0, CaptureExample.note(event)) }
        }
        var directions: [CaptureRecord.Direction] = []
        session.drain { directions.append($0.record.direction) }
        #expect(directions == [.fromGuest, .toGuest, .toGuest])
    }

    @Test("a frame that no rule decided says so")
    func noRuleByDefault() {
        let note = CaptureExample.note()
        #expect((note.egressRule, note.ingressRule) == (CaptureNote.noRule, CaptureNote.noRule))
    }

    @Test("only what the filter takes is copied, and both are counted")
    func countsSeenAndMatched() throws {
        let session = try CaptureExample.session([.arp, .ping, .arp], filter: "icmp")
        #expect(session.counts == CaptureCounts(seen: 3, matched: 1, lost: 0))
        var seconds: [UInt64] = []
        session.drain { seconds.append($0.record.timestamp) }
        #expect(seconds == [1_000_000_000])
    }
}
