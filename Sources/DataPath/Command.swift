import FlowTable
import Packet
import Telemetry

/// A request from the control side, carried out by the worker between two batches.
///
/// The memory that a command names belongs to the control side, which keeps it until the worker has
/// said that the command is done.
@safe package enum Command: BitwiseCopyable {
    /// Takes over a port.
    case attach(UnsafeMutablePointer<PortSlot>, PortNumber)
    /// Lets go of a port, and forgets its flows and connections.
    case detach(PortNumber)
    /// Takes over the overlay.
    case openOverlay(UnsafeMutablePointer<Underlay>)
    /// Copies every port's counters, between two batches, so that they balance to the frame.
    case count(UnsafeMutablePointer<CountRequest>)
    /// Nothing: when it is done, so is everything that the worker did before.
    case fence
    /// Copies the last drops at a port.
    case listDrops(UnsafeMutablePointer<DropRequest>)
    /// Copies the live connections.
    case listConnections(UnsafeMutablePointer<ConnectionRequest>)
}

/// Where the answer to ``Command/count(_:)`` goes.
package struct CountRequest {
    /// The ports, with their counters.
    var counts: [(port: PortNumber, counts: PortCounts)] = []
    /// The sum over ports that have left.
    var retired = PortCounts()
    /// The ports whose device is gone.
    var lost: Set<PortNumber> = []
    /// How many events did not fit their ring.
    var lostEvents: UInt64 = 0
    /// How many connections are live.
    var connectionCount = 0
    /// How many frames wait for a session: received, and not yet sent or dropped.
    var heldCount = 0
}

/// Where the answer to ``Command/listDrops(_:)`` goes.
@safe package struct DropRequest: BitwiseCopyable {
    /// The port asked about.
    let port: PortNumber
    /// Room for ``DropRing/capacity`` records.
    let records: UnsafeMutablePointer<DropRecord>
    /// How many are there.
    package var count = 0

    /// A request for the drops at `port`, to `records`.
    package init(port: PortNumber, records: UnsafeMutablePointer<DropRecord>) {
        self.port = port
        unsafe self.records = unsafe records
    }
}

/// Where the answer to ``Command/listConnections(_:)`` goes.
@safe package struct ConnectionRequest: BitwiseCopyable {
    /// Room for records.
    let records: UnsafeMutablePointer<ConnectionRecord>
    /// How many records fit.
    let capacity: Int
    /// How many are there.
    package var count = 0

    /// A request for as many records as fit `capacity` at `records`.
    package init(records: UnsafeMutablePointer<ConnectionRecord>, capacity: Int) {
        unsafe self.records = unsafe records
        self.capacity = capacity
    }
}
