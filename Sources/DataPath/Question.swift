import Packet
import PolicyEngine

/// What the rules of a connection's two ends are asked about its first packet.
package struct Question: BitwiseCopyable {
    /// The tuple of the direction in which the connection opens.
    let tuple: FiveTuple
    /// The service that it opens.
    package let service: ServiceKey

    /// The question about a packet with these fields.
    package init(_ tuple: FiveTuple, _ service: ServiceKey) {
        self.tuple = tuple
        self.service = service
    }

    /// The question that opened a connection whose original direction is `tuple`. Only an echo
    /// request opens one of ICMP (type 8, RFC 792) or ICMPv6 (type 128, RFC 4443 §4.1).
    package init(_ tuple: FiveTuple) {
        let detail: UInt16
        switch tuple.ipProtocol {
        case .icmp: detail = 8 << 8
        case .icmpv6: detail = 128 << 8
        case .tcp, .udp, .sctp: detail = tuple.destinationPort
        default: detail = 0
        }
        self.init(tuple, ServiceKey(tuple.ipProtocol, detail))
    }

    /// What the sender's rules are asked.
    package var egress: PolicyQuestion {
        PolicyQuestion(own: tuple.source, peer: tuple.destination, service: service)
    }

    /// What the receiver's rules are asked.
    package var ingress: PolicyQuestion {
        PolicyQuestion(own: tuple.destination, peer: tuple.source, service: service)
    }
}
