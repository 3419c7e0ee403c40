import FlowTable
import Packet
import Testing

@Suite struct ConnectionTrackerOpeningTests {
    @Test(
        "TCP opens with SYN alone: what was not seen to begin is not picked up",
        arguments: [
            TCPFlags.ack, [.syn, .ack], [.fin, .ack], .rst, [.rst, .ack], [.psh, .ack],
            [.syn, .fin],
            [.syn, .rst], [],
        ])
    func midStream(flags: TCPFlags) throws {
        let tracker = try ConnectionTracker(limits: ConnectionLimits(), secret: secret)
        var opening = opening(key(1))
        opening.first.tcpFlags = flags
        let admission = tracker.open(opening)
        #expect(admission == .notAnOpening)
        let count = tracker.count
        #expect(count == 0)
    }

    @Test("a SYN opens also with ECN bits, and urgent")
    func decoratedSYN() throws {
        let tracker = try ConnectionTracker(limits: ConnectionLimits(), secret: secret)
        var opening = opening(key(1))
        opening.first.tcpFlags = [.syn, .ece, .cwr, .urg, .psh]
        let (admission, count) = (tracker.open(opening), tracker.count)
        #expect(admission != .notAnOpening && count == 1)
    }

    @Test("ICMP opens with a request alone", arguments: [IPProtocol.icmp, .icmpv6])
    func echo(ipProtocol: IPProtocol) throws {
        let tracker = try ConnectionTracker(limits: ConnectionLimits(), secret: secret)
        var opening = opening(key(1, ipProtocol))
        opening.first.isOpening = false
        let refused = tracker.open(opening)
        #expect(refused == .notAnOpening)
        opening.first.isOpening = true
        let admission = tracker.open(opening)
        #expect(admission != .notAnOpening)
    }

    @Test("UDP and other protocols open with any frame", arguments: [17, 132, 47, 50, 0, 255])
    func anyFrame(number: UInt8) throws {
        let tracker = try ConnectionTracker(limits: ConnectionLimits(), secret: secret)
        var opening = opening(key(1, IPProtocol(rawValue: number)))
        opening.first.isOpening = false
        let (admission, count) = (tracker.open(opening), tracker.count)
        #expect(admission != .notAnOpening && count == 1)
    }

    @Test("a key that is already tracked, in either direction, is not opened again")
    func alreadyOpen() throws {
        let tracker = try ConnectionTracker(limits: ConnectionLimits(), secret: secret)
        tracker.mustOpen(key(1)).ignore()
        let again = [key(1), key(1).reversed].map { tracker.open(opening($0)) }
        let (count, total) = (tracker.count, tracker.counts(of: port(1)).total)
        #expect(again == [.alreadyOpen, .alreadyOpen])
        #expect(count == 1 && total == 1)
    }

    @Test("the largest table is granted without touching it, or refused by an error")
    func largestTable() {
        var limits = ConnectionLimits()
        limits.capacity = 1 << 28
        do throws(TableMemoryError) {
            let tracker = try ConnectionTracker(limits: limits, secret: secret)
            let reference = tracker.mustOpen(key(1))
            #expect(reference != .none)
        } catch {
            #expect(error.table == "connection table" && error.byteCount > 192 << 29)
        }
    }
}
