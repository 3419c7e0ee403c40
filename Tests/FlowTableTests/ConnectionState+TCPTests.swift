import FlowTable
import Packet
import Testing

@Suite struct ConnectionStateTCPTests {
    private static let flags: [TCPFlags] = [
        .syn, [.syn, .ack], .ack, [.fin, .ack], .rst, [.rst, .ack], .fin, [],
    ]
    private static let events = flags.flatMap { flags in
        [ConnectionDirection.original, .reply].map { (flags, $0) }
    }

    @Test("all strings of up to five segments after a SYN are judged as RFC 9293 says")
    func exhaustive() {
        var comparison = Comparison()
        compare(.synSent, TCPModel(), [], &comparison)
        #expect(comparison.count == 16 + 256 + 4_096 + 65_536 + 1_048_576)
        let differences = comparison.differences
        #expect(differences.isEmpty, "\(differences.count), first \(differences.prefix(3))")
    }

    private struct Comparison {
        var count = 0
        var differences: [String] = []
    }

    /// Judges every event in this state, and goes on after each. A dropped one changes nothing;
    /// after a new connection's SYN both begin anew.
    private func compare(
        _ state: ConnectionState, _ model: TCPModel, _ path: [Int], _ comparison: inout Comparison
    ) {
        for (number, (flags, direction)) in Self.events.enumerated() {
            var after = model
            let expected = after.judge(flags, direction)
            if expected == .new { after = TCPModel() }
            let next = state.next(TCPSegment(flags), direction)
            let isEqual =
                verdict(state, next) == expected
                && (next ?? state).isFinished == (after.isReset || after.isDone)
            comparison.count += 1
            if !isEqual { comparison.differences.append(describe(path + [number])) }
            if path.count < 4 { compare(next ?? state, after, path + [number], &comparison) }
        }
    }

    private func verdict(_ state: ConnectionState, _ next: ConnectionState?) -> TCPModel.Verdict {
        guard let next else { return .drop }
        return state.isFinished && next == .synSent ? .new : .pass
    }

    private func describe(_ path: [Int]) -> String {
        path.map { "\(Self.events[$0].1) \(Self.events[$0].0)" }.joined(separator: ", ")
    }

    typealias Exchange = [(ConnectionDirection, TCPFlags, ConnectionState?)]

    @Test(
        "the exchanges of RFC 9293 and the ones hosts are known for lead where they should",
        arguments: [
            ("figure 6, then figure 12: open and close in order", ordinary),
            ("figure 7: simultaneous open", simultaneousOpen),
            ("figure 13: simultaneous close", simultaneousClose),
            ("figure 9: the opener has restarted, the other side has not", halfOpenDiscovery),
            ("retransmissions of SYN, SYN-ACK and FIN", retransmissions),
            ("a closed port answers with RST", refused),
            ("RFC 7413: data before the handshake is complete", fastOpen),
            ("half-close: one side goes on sending", halfClose),
        ])
    func exchanges(name: String, exchange: Exchange) {
        var state = ConnectionState.synSent
        for (number, (direction, flags, expected)) in exchange.enumerated() {
            let next = state.next(TCPSegment(flags), direction)
            #expect(next == expected, "\(name): \(number): \(direction) \(flags) at \(state)")
            state = next ?? state
        }
    }

    private static let handshake: Exchange = [
        (.reply, [.syn, .ack], .synReceived), (.original, .ack, .established),
    ]
    static let ordinary: Exchange =
        handshake + [
            (.original, [.psh, .ack], .established), (.reply, .ack, .established),
            (.original, [.fin, .ack], .finFromOriginal), (.reply, .ack, .finFromOriginal),
            (.reply, [.fin, .ack], .lastAckFromOriginal), (.original, .ack, .timeWait),
            (.original, .syn, .synSent),
        ]
    static let simultaneousOpen: Exchange = [
        (.reply, .syn, .synCrossed), (.original, .ack, nil), (.reply, [.fin, .ack], nil),
        (.original, [.syn, .ack], .synCrossedOriginalAck),
        (.reply, [.syn, .ack], .established), (.reply, .ack, .established),
    ]
    static let simultaneousClose: Exchange =
        handshake + [
            (.original, [.fin, .ack], .finFromOriginal),
            (.reply, [.fin, .ack], .lastAckFromOriginal),
            (.reply, .ack, .lastAckFromOriginal), (.original, .ack, .timeWait),
            (.reply, .ack, .timeWait),
        ]
    static let halfOpenDiscovery: Exchange = [
        (.reply, .ack, .synSent), (.original, .rst, .closed), (.original, .ack, nil),
        (.original, .syn, .synSent),
    ]
    static let retransmissions: Exchange = [
        (.original, .syn, .synSent), (.reply, [.syn, .ack], .synReceived),
        (.original, .syn, .synReceived), (.reply, [.syn, .ack], .synReceived),
        (.original, .ack, .established), (.reply, [.syn, .ack], .established),
        (.reply, [.fin, .ack], .finFromReply), (.reply, [.fin, .ack], .finFromReply),
        (.original, [.fin, .ack], .lastAckFromReply), (.original, [.fin, .ack], .lastAckFromReply),
        (.reply, .ack, .timeWait), (.original, [.fin, .ack], .timeWait),
    ]
    static let refused: Exchange = [
        (.reply, .rst, nil), (.reply, [.rst, .ack], .closed), (.reply, [.syn, .ack], nil),
    ]
    static let fastOpen: Exchange = [
        (.reply, [.syn, .ack], .synReceived), (.reply, [.psh, .ack], .synReceived),
        (.reply, [.fin, .ack], .finFromReply), (.original, .ack, .finFromReply),
    ]
    static let halfClose: Exchange =
        handshake + [
            (.reply, [.fin, .ack], .finFromReply), (.original, [.psh, .ack], .finFromReply),
            (.reply, .ack, .finFromReply), (.original, [.fin, .ack], .lastAckFromReply),
        ]

    @Test("only SYN, FIN, RST and ACK of the 256 flag octets matter")
    func otherFlagsDoNotMatter() {
        for octet in 0...255 as ClosedRange<UInt8> {
            let plain = TCPFlags(rawValue: octet & 0x17)
            #expect(TCPSegment(TCPFlags(rawValue: octet)) == TCPSegment(plain))
        }
    }

    @Test("states of other protocols refuse every segment")
    func otherProtocols() {
        for segment in TCPSegment.allCases {
            for state in [ConnectionState.unreplied, .replied] {
                #expect(state.next(segment, .original) == nil)
                #expect(state.next(segment, .reply) == nil)
            }
        }
    }
}
