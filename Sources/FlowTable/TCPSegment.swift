import Packet

/// What a TCP segment asks of a connection, as far as its flags tell (RFC 9293 §3.10.7).
///
/// PSH, URG, ECE and CWR do not matter. An acknowledgment is required wherever the RFC drops a
/// segment without one.
package enum TCPSegment: UInt8, CaseIterable {
    case syn, synAck, ack, fin, reset, resetAck
    /// A combination that no TCP sends: nothing, SYN with FIN or RST, FIN without ACK, RST with
    /// FIN.
    case impossible

    @inline(__always) package init(_ flags: TCPFlags) {
        switch flags.intersection([.fin, .syn, .rst, .ack]) {
        case .ack: self = .ack
        case [.fin, .ack]: self = .fin
        case .syn: self = .syn
        case [.syn, .ack]: self = .synAck
        case [.rst, .ack]: self = .resetAck
        case .rst: self = .reset
        default: self = .impossible
        }
    }
}
