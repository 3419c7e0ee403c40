import Packet

extension IPAddress {
    /// Whether a host may have this address: no group, not unspecified, not broadcast, not
    /// loopback.
    var isHost: Bool {
        let isLoopback = isIPv4 ? low >> 24 == 0xff_ff7f : high == 0 && low == 1
        return isDestination && !isLoopback
    }

    /// Whether datagrams can be sent to this address as that of one host: no group, not
    /// unspecified, not broadcast.
    var isDestination: Bool {
        let isNobody = self == .unspecified || self == .unspecifiedIPv4 || self == .broadcastIPv4
        return !isMulticast && !isNobody
    }
}
