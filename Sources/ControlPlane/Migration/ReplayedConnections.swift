import DataPath
import FlowTable
import Packet

/// Finds the connections in frames that were seen one after another, as connection tracking does.
struct ReplayedConnections {
    /// A connection, in the direction in which it opened.
    struct Connection {
        let network: VNI
        var tuple: FiveTuple
        var service: ServiceKey
        /// Whether its beginning was seen: TCP's SYN, a request of ICMP, any packet of others.
        var hasBegun: Bool
        /// How many frames belong to it.
        var frameCount = 1
    }

    /// What a frame is to connections.
    enum Frame {
        /// It belongs to none: no rule decides about it.
        case ungoverned
        /// It belongs to one; `isOpening` when one may begin with it. A reply comes as the tuple of
        /// its request.
        case part(FiveTuple, ServiceKey, isOpening: Bool)
    }

    /// The same for both directions, except of ICMP, whose requests and replies differ.
    private struct Key: Hashable {
        let network: VNI
        let tuple: FiveTuple
        let service: ServiceKey

        init(_ network: VNI, _ tuple: FiveTuple, _ service: ServiceKey) {
            self.network = network
            switch tuple.ipProtocol {
            case .icmp, .icmpv6:
                self.tuple = tuple
                self.service = service
            default:
                let isOrdered =
                    (tuple.source, tuple.sourcePort)
                    < (tuple.destination, tuple.destinationPort)
                self.tuple = isOrdered ? tuple : tuple.reversed
                self.service = ServiceKey(tuple.ipProtocol, 0)
            }
        }
    }

    /// The connections, in the order in which they were first seen.
    private(set) var connections: [Connection] = []
    private var indices: [Key: Int] = [:]

    /// Takes a frame of `network`; false when it belongs to no connection.
    mutating func add(_ parsed: ParsedFrame, in network: VNI) -> Bool {
        guard case .part(let tuple, let service, let isOpening) = Frame(parsed) else {
            return false
        }
        let key = Key(network, tuple, service)
        guard let index = indices[key] else {
            indices[key] = connections.count
            connections.append(
                Connection(network: network, tuple: tuple, service: service, hasBegun: isOpening))
            return true
        }
        connections[index].frameCount += 1
        if isOpening, !connections[index].hasBegun {
            connections[index].tuple = tuple
            connections[index].service = service
            connections[index].hasBegun = true
        }
        return true
    }
}

extension ReplayedConnections.Frame {
    /// What `frame`, which is sound, is to connections.
    init(_ frame: ParsedFrame) {
        let tuple = frame.fiveTuple
        switch frame.kind {
        case .arp, .neighborDiscovery, .multicastControl, .icmpError, .laterFragment:
            self = .ungoverned
        case .tcp:
            self = .part(
                tuple, frame.service, isOpening: TCPSegment(frame.tcpFlags) == .syn)
        case .udp where frame.isDHCPFromServer || frame.isLeaseRequest: self = .ungoverned
        case .udp, .otherIP: self = .part(tuple, frame.service, isOpening: true)
        case .icmpEcho:
            let request = frame.isEchoReply ? tuple.reversed : tuple
            self = .part(
                request.withoutPorts, request.openingService, isOpening: !frame.isEchoReply)
        case .icmpOther: self = .part(tuple.withoutPorts, frame.service, isOpening: true)
        }
    }
}

extension ParsedFrame {
    /// Whether a client asks all servers for an address, which port security decides about.
    fileprivate var isLeaseRequest: Bool { isDHCPFromClient && destinationMAC.isMulticast }
}

extension FiveTuple {
    /// The tuple without the identifiers that stand for ports in an echo: a ping is one connection,
    /// however often it is run.
    fileprivate var withoutPorts: FiveTuple {
        FiveTuple(from: (source, 0), to: (destination, 0), ipProtocol)
    }
}
