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
            return port.isOpen ? .port(port) : .nowhere(.portClosed)
        }
        guard passage.network.uplinkCount > 0, !passage.source.isUplink else {
            return .nowhere(.unknownDestination)
        }
        if passage.network.uplinkCount == 1 {
            return .port(tables.port(passage.network.member(at: 0)))
        }
        if let number = learned.port(of: mac, passage.source.network, now: now) {
            return .port(tables.port(number))
        }
        return .anyUplink
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
