import FlowTable
import Packet
import Ports
import Telemetry

/// A port in the hands of its worker: the device, its flow cache and its counters.
///
/// - Memory: allocated by the control side at attach, freed by it after the worker let go of it.
/// - Thread: between those two moments the worker alone touches it, but for the counters, which
///   anyone may read.
package struct PortSlot: ~Copyable {
    /// Where frames come from and go to.
    var device: PortDevice
    /// The allowed flows of frames that arrive here. A partition of its own, so that no port can
    /// displace the flows of another.
    var flows: FlowCache<CachedFlow>
    /// The datagrams from here whose first fragment passed.
    var fragments: FragmentTracker<FragmentDecision>
    /// The worker's side of the counters.
    let cells: PortCounterCells
    /// Whether the kernel has said that the device is gone for good.
    var isGone = false
    /// How many rejects the switch may answer here.
    var replies = TokenBucket(rate: 100, burst: 20)
    /// How many group frames of its guest go to other hosts.
    var broadcasts = TokenBucket(rate: 1_000, burst: 200)
    /// What was dropped here of late.
    var drops = DropRing()
    /// How much of what may be told of this port was told.
    var reports = BucketLevel()
    private let counters: PortCounters

    /// How often one port is told of: half of what all may be.
    static let reportRate = BucketRate(perSecond: 1_000, burst: 256)

    /// A slot for `device` with an empty cache of `flowCapacity` entries; of none if that is 0.
    package init(_ device: consuming PortDevice, flowCapacity: Int, secret: HashSecret)
        throws(TableMemoryError)
    {
        let flows = try FlowCache<CachedFlow>(capacity: flowCapacity, secret: secret)
        let fragments = try FragmentTracker<FragmentDecision>(secret: secret)
        let counters = PortCounters()
        self.init(device: device, flows: flows, fragments: fragments, counters: counters)
    }

    private init(
        device: consuming PortDevice, flows: consuming FlowCache<CachedFlow>,
        fragments: consuming FragmentTracker<FragmentDecision>, counters: consuming PortCounters
    ) {
        self.device = device
        self.flows = flows
        self.fragments = fragments
        cells = counters.cells
        self.counters = counters
    }

    /// The counters now.
    package func counts() -> PortCounts { counters.snapshot() }

    /// The last drops here, the latest first. For the worker's thread, and tests.
    package var recentDrops: [DropRecord] { drops.latestFirst }
}
