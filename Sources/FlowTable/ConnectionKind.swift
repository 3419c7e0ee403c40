import Packet

/// How the frames of a protocol make a connection.
package enum ConnectionKind: UInt8, BitwiseCopyable {
    case tcp, udp, icmp, other

    init(_ ipProtocol: IPProtocol) {
        switch ipProtocol {
        case .tcp: self = .tcp
        case .udp: self = .udp
        case .icmp, .icmpv6: self = .icmp
        default: self = .other
        }
    }

    /// The state that the first frame makes; nil if a connection cannot begin with it.
    ///
    /// TCP begins with SYN alone: a connection whose beginning was not seen is not picked up.
    func opening(_ first: ConnectionStep) -> ConnectionState? {
        switch self {
        case .tcp: TCPSegment(first.tcpFlags) == .syn ? .synSent : nil
        case .icmp: first.isOpening ? .unreplied : nil
        case .udp, .other: .unreplied
        }
    }

    /// The state after a further frame; nil if it is out of place.
    @inline(__always) func next(_ state: ConnectionState, _ step: ConnectionStep)
        -> ConnectionState?
    {
        switch self {
        case .tcp:
            let segment = TCPSegment(step.tcpFlags)
            if state == .established && segment == .ack { return .established }
            return state.next(segment, step.direction)
        case .icmp:
            // Requests go one way and replies the other, or a ping would open the way back.
            guard step.isOpening == (step.direction == .original) else { return nil }
            return step.direction == .reply ? .replied : state
        case .udp, .other:
            return step.direction == .reply ? .replied : state
        }
    }
}
