public import Packet

/// A direction of travel as seen from a VM.
@frozen public enum TrafficDirection: UInt8, Sendable, BitwiseCopyable {
    /// Out of the VM, into the switch.
    case egress
    /// Out of the switch, into the VM.
    case ingress
}

/// What a port is asked about a packet.
@frozen public struct PolicyQuestion: Hashable, Sendable, BitwiseCopyable {
    /// The address at the port's end: the source of egress, the destination of ingress.
    public var own: IPAddress
    /// The address at the other end.
    public var peer: IPAddress
    /// The service at the receiver, whichever end that is.
    public var service: ServiceKey

    /// A packet between `own` and `peer`, to `service`.
    @inlinable public init(own: IPAddress, peer: IPAddress, service: ServiceKey) {
        self.own = own
        self.peer = peer
        self.service = service
    }
}
