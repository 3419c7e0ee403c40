import Packet
import Telemetry

/// Step 9: from the destination MAC address to a port.
extension Worker {
    /// Where a unicast frame goes.
    enum Destination: BitwiseCopyable {
        case port(PortEntry)
        case anyUplink
        case nowhere(DropReason)
    }

    /// Finds the receiver: a bound MAC address of the network, else what lies behind an uplink.
    ///
    /// Nothing is learned from guests and nothing unknown is flooded to them. A frame from an
    /// uplink never leaves through an uplink: the switch is no transit path, so it closes no loop.
    func findDestination(_ passage: Passage) -> Destination {
        let mac = passage.parsed.destinationMAC
        if let number = passage.network.stations.port(of: mac) {
            let port = tables.port(number)
            if port.number == passage.source.number { return .nowhere(.hairpin) }
            return port.isOpen && isServed(port) ? .port(port) : .nowhere(.portClosed)
        }
        guard passage.network.uplinkCount > 0, !passage.source.isUplink else {
            return .nowhere(.unknownDestination)
        }
        if passage.network.uplinkCount == 1 {
            return .port(tables.port(passage.network.member(at: 0)))
        }
        if let number = learned.port(of: mac, passage.network.vni, now: now) {
            let port = tables.port(number)
            // What was learned may be older than the snapshot: is the port still such a way out?
            if port.isUplink && port.network == passage.source.network { return .port(port) }
        }
        return .anyUplink
    }

    /// Whether the worker has the device of `port`: a snapshot may be a turn ahead or behind.
    func isServed(_ port: PortEntry) -> Bool {
        guard port.number.index < Self.portCountMax else { return false }
        return unsafe slots[port.number.index] != nil
    }

    /// Judges a frame to an unknown station outside, where several uplinks lead, then sends it to
    /// all.
    mutating func judgeOutbound(_ passage: inout Passage) -> Fate {
        passage.destination = tables.port(passage.network.member(at: 0))
        let fate = judge(&passage)
        if case .transmit = fate { return .replicateToUplinks }
        return fate
    }
}
