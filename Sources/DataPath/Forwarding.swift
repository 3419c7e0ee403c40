import Packet
import Telemetry

/// Step 9: from the destination MAC address to a port.
extension Worker {
    /// Where a unicast frame goes.
    enum Destination: BitwiseCopyable {
        case port(PortEntry)
        /// The VM at this index of the snapshot's remote ones.
        case remote(Int)
        case anyUplink
        case nowhere(DropReason)
    }

    /// Finds the receiver: a bound MAC address of the network, else what lies behind an uplink.
    ///
    /// Nothing is learned from guests and nothing unknown is flooded to them. A frame from an
    /// uplink or from another host never leaves through either: the switch is no transit path, so
    /// it closes no loop.
    func findDestination(_ passage: Passage) -> Destination {
        switch receiver(of: passage) {
        case .port(let number):
            let port = tables.port(number)
            if number == passage.source.number { return .nowhere(.hairpin) }
            return port.isOpen && isServed(port) ? .port(port) : .nowhere(.portClosed)
        case .remote(let index):
            guard passage.source.hasRules, servesOverlay else {
                return .nowhere(.unknownDestination)
            }
            return .remote(index)
        case .nobody: return findOutside(passage)
        }
    }

    /// Whom the frame is for: by its MAC address, or among hosts by its IP address.
    private func receiver(of passage: Passage) -> StationOwner {
        passage.network.isHostNetwork
            ? passage.network.stations.owner(of: passage.parsed.fiveTuple.destination)
            : passage.network.stations.owner(of: passage.parsed.destinationMAC)
    }

    /// Finds the way to a station that is bound to nobody.
    private func findOutside(_ passage: Passage) -> Destination {
        let mac = passage.parsed.destinationMAC
        guard passage.network.uplinkCount > 0, passage.source.hasRules else {
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
    func isServed(_ port: PortEntry) -> Bool { isServed(port.number) }

    /// Whether the worker has the device of port `number`.
    func isServed(_ number: PortNumber) -> Bool {
        guard number.index < Switch.portCountMax else { return false }
        return unsafe slots[number.index] != nil
    }

    /// Whether the way to the other hosts is open.
    var servesOverlay: Bool { isServed(PortNumber.overlay) }

    /// Judges a frame to an unknown station outside, where several uplinks lead, then sends it to
    /// all.
    mutating func judgeOutbound(_ passage: inout Passage) -> Fate {
        passage.destination = tables.port(passage.network.member(at: 0))
        let fate = judge(&passage)
        if case .transmit = fate { return .replicateToUplinks }
        return fate
    }
}
